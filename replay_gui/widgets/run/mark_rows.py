"""The marks of a run as rows that lead to their events."""

from __future__ import annotations

from replay_gui.core.log.positions import position_after
from replay_gui.core.reasons.marks.mark_words import MARK_WORDS, mark_tip
from replay_gui.core.text.plain_text import one_line
from replay_gui.core.translation.messages import tr, trn
from replay_gui.models.run.run_marks import RunMarks
from replay_gui.models.tooltip import plain_tooltip
from replay_gui.widgets.run.fact_row import FactRow
from replay_gui.widgets.run.sentence_row import SentenceRow


def mark_rows(marks: RunMarks, max_marks: int) -> list[FactRow]:
    """Return a link for each mark, up to the given number; `aim` is the position of its first event.

    If marks are left out, a row states it. There are no rows while marks are not known, or if there is none.
    """
    found = marks.found
    if found is None and not marks.noted:
        return []
    rows = list[FactRow]()
    for mark in marks.shown[:max_marks]:
        row = SentenceRow(MARK_WORDS[mark.kind].short, one_line(mark.sentence), link=True)
        row.aim = position_after(mark.events[0])
        row.setToolTip(plain_tooltip(mark_tip(mark)))
        rows.append(row)
    hidden = len(marks.known) - len(marks.shown)
    notes = (
        trn("and {n} more, on the timeline", "and {n} more, on the timeline", len(marks.shown) - max_marks)
        if len(marks.shown) > max_marks
        else "",
        trn("{n} mark of kinds that are switched off", "{n} marks of kinds that are switched off", hidden)
        if hidden
        else "",
        "" if found is None else one_line(found.problem),
    )
    for note in filter(None, notes):
        rows.append(SentenceRow(tr("marks"), note))
        rows[-1].setEnabled(False)
    return rows
