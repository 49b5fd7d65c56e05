"""The run in a few lines: shown in place of the event at position 0."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QPalette, QShowEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from replay_gui.core.facts.run_highlights import PromptSource, RunHighlights
from replay_gui.core.facts.run_identity import UNNAMED_AGENT
from replay_gui.core.facts.run_measures import failure_words, token_counts
from replay_gui.core.facts.run_outcome import end_words, outcome_words
from replay_gui.core.facts.run_totals import total_cost
from replay_gui.core.index.run_index import NO_TOOL
from replay_gui.core.log.positions import EventIndex, position_after
from replay_gui.core.text.plain_text import one_line
from replay_gui.core.text.wording import cost_text, duration_text
from replay_gui.core.translation.messages import tr, translatable, trn
from replay_gui.core.translation.numbers import whole_number
from replay_gui.core.verification.verification_report import INVALID
from replay_gui.look.theme import GAP
from replay_gui.models.session import Session
from replay_gui.models.tooltip import plain_tooltip
from replay_gui.widgets.parts.wrapped_body import WrappedBody
from replay_gui.widgets.run.fact_row import FactRow, align_names
from replay_gui.widgets.run.mark_rows import mark_rows
from replay_gui.widgets.run.sentence_row import SentenceRow

_MAX_CHARACTERS = 200  # of one row
_MAX_OUTCOMES = 3  # graders that are listed
_MAX_MARKS = 8  # that are listed


class RunCard(QScrollArea):
    """The session's run, its prompt, its end, and links to its most important events.

    Signals:
        position_chosen(object): a link to this Position was clicked.
    """

    position_chosen = Signal(object)

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.rows: list[FactRow] = []
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(tr("The run"))
        body = WrappedBody()
        body.setAutoFillBackground(False)
        self._column = QVBoxLayout(body)
        self._column.setContentsMargins(0, GAP, 0, GAP)
        self._column.setSpacing(0)
        self._column.addStretch(1)
        self.setWidget(body)
        self.viewport().setBackgroundRole(QPalette.ColorRole.Base)
        session.facts_changed.connect(self.refresh)
        session.totals_changed.connect(self.refresh)
        session.following.changed.connect(self.refresh)
        session.progress_changed.connect(self._request_totals)
        session.report_changed.connect(self.refresh)
        session.run_marks.changed.connect(self.refresh)

    def showEvent(self, event: QShowEvent) -> None:
        """Show the facts that became known while the card was hidden."""
        super().showEvent(event)
        self.refresh()

    @Slot()
    def refresh(self) -> None:
        """Show the known facts, if the card is visible."""
        if not self.isVisible() or self._session.facts is None:
            return
        self._request_totals()
        for row in self.rows:
            self._column.removeWidget(row)
            row.hide()
            row.deleteLater()
        parts = (*self._about(), *self._outcome(), *self._numbers(), *self._events(), *self._marks())
        self.rows = [row for row in parts if row.shown_text]
        align_names(self.rows)
        for at, row in enumerate(self.rows):
            if not row.toolTip():
                row.setToolTip(plain_tooltip(row.shown_text))
            self._column.insertWidget(at, row)

    @Slot()
    def _request_totals(self) -> None:
        """Request the totals once the index is complete, if the card is visible."""
        if self.isVisible() and self._session.facts is not None and self._session.index.complete:
            self._session.request_totals()

    def _about(self) -> list[FactRow]:
        facts, totals = self._session.facts, self._session.totals
        if facts is None:
            return []
        models = [] if totals is None else [use.model for use in totals.uses if use.model]
        models = models or ([] if totals is None else [*totals.models])
        models = models or ([facts.model] if facts.model else [])
        agent = "" if facts.agent_type == UNNAMED_AGENT else facts.agent_type
        rows = [_row(tr("agent"), f"{agent} {facts.agent_version}".strip())]
        rows.append(_row(tr("model"), _model_words(models)))
        asked = "" if totals is None or totals.prompt is None else totals.prompt.text
        if not _words(asked).startswith(_words(facts.task)):  # without a task's id, the task is the prompt's beginning
            rows.append(_row(tr("task"), one_line(facts.task, _MAX_CHARACTERS)))
        if totals is not None and totals.prompt is not None:
            is_of_subagent = totals.prompt.source is PromptSource.SUBAGENT_TASK
            name = tr("a subagent's task") if is_of_subagent else tr("asked")
            rows.append(self._link(name, totals.prompt.text, totals.prompt.index))
        return rows + self._damage()

    def _damage(self) -> list[FactRow]:
        """Return the row for the first damage of the log, if there is any."""
        report = self._session.report
        if report is None or report.verdict != INVALID or report.first_broken is None:
            return []
        row = self._link(
            tr("damaged"), tr("from event {position} on", position=_place(report.first_broken)), report.first_broken
        )
        row.sound = False
        return [row]

    def _outcome(self) -> list[FactRow]:
        totals = self._session.totals
        result = None if totals is None else totals.result
        if result is None:
            return []
        rows = []
        for outcome in result.outcomes[:_MAX_OUTCOMES]:
            rows.append(_row(tr("outcome"), outcome_words(outcome)))
            rows[-1].sound = outcome.passed
        if len(result.outcomes) > _MAX_OUTCOMES:
            rows.append(_row("", trn("and {n} more", "and {n} more", len(result.outcomes) - _MAX_OUTCOMES)))
        end = "" if result.end is None else end_words(result.end)
        if end and self._session.following.is_on:
            end = tr("{end}, so far", end=end)  # more events may come
        return [*rows, _row(tr("end"), end)]

    def _numbers(self) -> list[FactRow]:
        totals = self._session.totals
        if totals is None or totals.highlights is None:
            return []
        lasted, cost, calls = totals.highlights.duration, total_cost(totals.uses), totals.highlights.counts.calls
        tokens = token_counts(totals.uses)
        lasted_words = "" if lasted is None else duration_text(lasted)
        if lasted_words and self._session.following.is_on:
            lasted_words = tr("{duration}, so far", duration=lasted_words)
        return [
            _row(tr("duration"), lasted_words),
            _row(tr("tokens in"), _tokens(tokens.input, tokens.cached, translatable("{tokens} ({part} cached)"))),
            _row(
                tr("tokens out"), _tokens(tokens.output, tokens.reasoning, translatable("{tokens} · {part} reasoning"))
            ),
            _row(tr("cost"), "" if cost is None else cost_text(cost)),
            _row(tr("calls"), whole_number(calls) if calls else ""),
        ]

    def _events(self) -> list[FactRow]:
        totals, index = self._session.totals, self._session.index
        highlights = None if totals is None else totals.highlights
        if highlights is None or not index.count:
            return []
        counts, rows = highlights.counts, list[FactRow]()
        if highlights.first_failure is not None:
            words = failure_words(counts.failed, counts.denied, counts.errors)
            at = _place(highlights.first_failure)
            if counts.failures > 1:
                words = tr("{failures}, the first at {position}", failures=words, position=at)
            else:
                words = tr("{failures}, at {position}", failures=words, position=at)
            rows.append(self._link(tr("failures"), words, highlights.first_failure))
        if highlights.slowest_call is not None:
            slowest = highlights.slowest_call
            took = duration_text(int(index.duration[slowest]))
            tool = self._tool(slowest)
            words = tr("{tool}, {duration}, at {position}", tool=tool, duration=took, position=_place(slowest))
            rows.append(self._link(tr("slowest call"), words, slowest))
        if highlights.first_unanswered is not None and not self._has_ended_by(highlights):
            call, count = highlights.first_unanswered, highlights.unanswered
            if count > 1:
                words = trn(
                    "{n} call, the first at {position}",
                    "{n} calls, the first at {position}",
                    count,
                    position=_place(call),
                )
            else:
                words = tr("{tool}, at {position}", tool=self._tool(call), position=_place(call))
            name = tr("waiting for") if self._session.following.is_on else tr("no answer")
            rows.append(self._link(name, words, call))
        last = EventIndex(index.count - 1)
        return [*rows, self._link(tr("last event"), _place(last), last)]

    def _has_ended_by(self, highlights: RunHighlights) -> bool:
        """Whether the only call without an answer is the one by which the agent ended the run."""
        call, totals = highlights.first_unanswered, self._session.totals
        end = None if totals is None or totals.result is None else totals.result.end
        return call is not None and highlights.unanswered == 1 and end is not None and end.why == self._tool(call)

    def _tool(self, index: EventIndex) -> str:
        tool = int(self._session.index.tool[index])
        return "" if tool == NO_TOOL else one_line(self._session.index.tools[tool], _MAX_CHARACTERS)

    def _marks(self) -> list[FactRow]:
        rows = mark_rows(self._session.run_marks, _MAX_MARKS)
        for row in rows:
            row.aimed.connect(self.position_chosen)
        return rows

    def _link(self, name: str, text: str, index: EventIndex) -> FactRow:
        row = SentenceRow(name, one_line(text, _MAX_CHARACTERS), link=True)
        row.aim = position_after(index)
        row.aimed.connect(self.position_chosen)
        return row


def _model_words(models: list[str]) -> str:
    if not models:
        return ""
    first = one_line(models[0], _MAX_CHARACTERS)
    if len(models) == 1:
        return first
    return trn("{model} and {n} more model", "{model} and {n} more models", len(models) - 1, model=first)


def _tokens(count: int | None, part: int | None, message: str) -> str:
    """Return ``12,300 (10,000 cached)``, "?" for an unknown number, and "" if both are unknown.

    `message`: for a number of tokens with a part of it.
    """
    if count is None and part is None:
        return ""
    tokens = "?" if count is None else whole_number(count)
    return tr(message, tokens=tokens, part=whole_number(part)) if part else tokens


def _place(index: EventIndex) -> str:
    return whole_number(position_after(index))


def _words(text: str) -> str:
    return " ".join(text.split())


def _row(name: str, text: str) -> FactRow:
    row = SentenceRow(name, one_line(text, _MAX_CHARACTERS))
    row.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    row.setCursor(Qt.CursorShape.ArrowCursor)
    return row
