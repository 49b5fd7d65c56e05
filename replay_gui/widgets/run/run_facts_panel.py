"""The facts about the run: its source, its numbers, its times, its integrity."""

from __future__ import annotations

from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QWidget

from replay_gui.core.facts.run_measures import failure_words, token_counts, token_words
from replay_gui.core.facts.run_outcome import RunResult, end_words, outcome_words
from replay_gui.core.facts.run_totals import ModelUse, total_cost
from replay_gui.core.importers.import_notes import missing_notes
from replay_gui.core.log.positions import Position
from replay_gui.core.text.known_sentences import sentence_text
from replay_gui.core.text.plain_text import one_line
from replay_gui.core.text.wording import bytes_text, cost_text, duration_text
from replay_gui.core.translation.messages import tr, translatable, trn, trp
from replay_gui.core.translation.numbers import whole_number
from replay_gui.engine.answers import RunFacts
from replay_gui.models.facts.fact_table import FactTable
from replay_gui.models.facts.run_extremes import (
    answer_headings,
    call_headings,
    most_expensive_answers,
    run_waits,
    slowest_calls,
)
from replay_gui.models.facts.use_cells import kind_headings, kind_rows, tool_headings, tool_rows, use_headings, use_rows
from replay_gui.models.run.event_filter import EventFilter
from replay_gui.models.run.run_numbers import RunNumbers, run_numbers
from replay_gui.models.run.verdict_words import verdict_of
from replay_gui.models.session import Session
from replay_gui.models.time_choice import time_choice
from replay_gui.models.timeline.spending_plot import SpendingPlot
from replay_gui.widgets.parts.panel import Panel
from replay_gui.widgets.parts.section import Section, SectionColumn
from replay_gui.widgets.run.fact_pairs import FactPairs
from replay_gui.widgets.run.fact_row import FactRow, align_names
from replay_gui.widgets.run.fact_section import FactSection
from replay_gui.widgets.run.mark_rows import mark_rows
from replay_gui.widgets.run.sentence_row import SentenceRow

COUNT_INTERVAL_MS = 500  # ms between two counts while the index grows
_MAX_MARKS = 40  # that are listed
_MAX_OUTCOMES = 10  # graders
_STATES = {
    "recorded": translatable("recorded by the source"),
    "derived": translatable("derived from the events"),
}  # by RunFacts.state


class RunFactsPanel(Panel):
    """The numbers of the session's run, counted repeatedly while it is read, and only while the panel is visible.

    Signals: filter_wanted(object): a number leads to the events that pass this EventFilter.
    """

    filter_wanted = Signal(object)

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(tr("Run facts"), parent)
        self._session = session
        self._run, self._checked, self.marks = (
            Section(tr("Run"), self),
            Section(tr("Integrity"), self),
            Section(tr("Marks"), self),
        )
        self._imported = Section(tr("Import"), self)
        self.tools, self.kinds = FactTable(tool_headings()), FactTable(kind_headings())
        self.slowest, self.dearest, self._used = FactTable(call_headings()), FactTable(answer_headings()), FactTable(())
        used, *tables = (
            self._section(title, table)
            for title, table in (
                (tr("Tokens and cost"), self._used),
                (tr("Tools"), self.tools),
                (tr("Slowest calls"), self.slowest),
                (tr("Most expensive answers"), self.dearest),
                (tr("Events by kind"), self.kinds),
            )
        )
        sections = self._run, self.marks, used, self._checked, *tables, self._imported
        self.add_part(SectionColumn(tr("Run facts"), sections), 1)
        self._pause = QTimer(self, singleShot=True, interval=COUNT_INTERVAL_MS)
        self._pause.timeout.connect(self.refresh)
        session.run_changed.connect(self.refresh)
        session.facts_changed.connect(self.refresh)
        session.index_changed.connect(self._on_index_changed)
        session.report_changed.connect(self.refresh)
        session.totals_changed.connect(self.refresh)
        time_choice().changed.connect(self.refresh)
        session.run_marks.changed.connect(self.refresh)

    def _section(self, title: str, table: FactTable) -> FactSection:
        section = FactSection(title, table, self)
        section.aim_chosen.connect(self._on_aim)
        return section

    @Slot(object)
    def _on_aim(self, aim: object) -> None:
        """Go to an event, or to the first one that passes a filter, by which the list is then filtered."""
        if isinstance(aim, EventFilter):
            self.filter_wanted.emit(aim)
        elif isinstance(aim, int):
            self._session.seek(Position(aim))

    def showEvent(self, event: QShowEvent) -> None:
        """Update the numbers, which are not counted while the panel is hidden."""
        super().showEvent(event)
        self.refresh()

    @Slot()
    def _on_index_changed(self) -> None:
        if not self._pause.isActive() and self.isVisible():
            self._pause.start()

    @Slot()
    def refresh(self) -> None:
        """Count, if the panel is visible."""
        facts = self._session.facts
        if facts is None or not self.isVisible():
            return
        numbers = run_numbers(self._session.index)
        self.set_secondary(one_line(facts.run_id, 60))
        totals = self._session.totals
        index = self._session.index
        words = _run_words(facts, numbers, None if totals is None else totals.result)
        uses = () if totals is None else totals.uses
        rows = [FactPairs(words), *self._failure_rows(numbers), *self._wait_rows(), *_total_rows(uses)]
        self._run.set_rows(align_names(rows))
        self.marks.set_rows(align_names(self._mark_rows()))
        self._checked.set_rows([FactPairs(self._integrity_words())])
        self._imported.set_rows([FactPairs(_import_words(facts))] if facts.origin == "imported" else [])
        if totals is None and index.complete:
            self._session.request_totals()
        self.tools.show(tool_rows(numbers))
        self.kinds.show(kind_rows(numbers))
        self.slowest.show(slowest_calls(index))
        self.dearest.show([] if totals is None else most_expensive_answers(SpendingPlot.of(totals.spending)))
        self._used.show(use_rows(uses), use_headings(uses))

    def _failure_rows(self, numbers: RunNumbers) -> list[QWidget]:
        """Return a link to all failures."""
        words = failure_words(numbers.failed, numbers.denied, numbers.errors)
        row = SentenceRow(tr("failures"), words or tr("none"), link=bool(words))
        row.setEnabled(bool(words))
        row.clicked.connect(self._on_failures)
        return [row]

    @Slot()
    def _on_failures(self) -> None:
        self.filter_wanted.emit(EventFilter(failed=True))

    def _wait_rows(self) -> list[QWidget]:
        """Return the total time of calls, and a link to the end of the longest pause."""
        waits = run_waits(self._session.index)
        rows: list[QWidget] = (
            [FactPairs([(tr("time in calls"), duration_text(waits.in_calls))])] if waits.in_calls else []
        )
        if waits.pause:
            row = SentenceRow(
                tr("pause"),
                tr(
                    "{duration} at most, before {position}",
                    duration=duration_text(waits.pause),
                    position=whole_number(waits.pause_end),
                ),
                link=True,
            )
            row.aim = waits.pause_end
            row.aimed.connect(self._session.seek)
            rows.append(row)
        return rows

    def _mark_rows(self) -> list[FactRow]:
        marks = self._session.run_marks
        rows = mark_rows(marks, _MAX_MARKS)
        for row in rows:
            row.aimed.connect(self._session.seek)
        return rows if rows or marks.found is None else [SentenceRow(tr("marks"), tr("none"))]

    def _integrity_words(self) -> list[tuple[str, str]]:
        report = self._session.report
        verdict = verdict_of(report, None)
        words = [(tr("verdict"), verdict.text)]
        if report is not None:
            words += [
                (
                    tr("verified"),
                    trn(
                        "{verified} of {n} events",
                        "{verified} of {n} events",
                        report.events,
                        verified=whole_number(report.verified),
                    ),
                ),
                (tr("seal"), sentence_text(report.seal)),
                (
                    tr("state hashes"),
                    tr(
                        "{n} of {count} checked",
                        n=whole_number(report.state_hashes_checked),
                        count=whole_number(report.state_hashes),
                    ),
                ),
            ]
            words += [("", sentence_text(note)) for note in report.notes]
        return words


def _run_words(facts: RunFacts, numbers: RunNumbers, result: RunResult | None) -> list[tuple[str, str]]:
    agent = f"{facts.agent_type} {facts.agent_version}".strip()
    start = facts.created if numbers.start_time is None else numbers.start_time
    words = [
        (tr("agent"), agent),
        *_result_words(result),
        (tr("events"), whole_number(numbers.events)),
        (tr("calls"), whole_number(numbers.calls) if numbers.calls else ""),
        (tr("duration"), "" if numbers.duration is None else duration_text(numbers.duration)),
        (tr("began"), _when(start)),
        (tr("phases"), whole_number(numbers.phases) if numbers.phases else ""),
        (tr("file"), facts.path),
        (tr("size"), bytes_text(facts.size)),
    ]
    return [(name, value) for name, value in words if value]


def _import_words(facts: RunFacts) -> list[tuple[str, str]]:
    """Return the source of an imported run, and the import notes, those about missing parts first."""
    gaps = missing_notes(facts.notes)
    words = [
        (tr("from"), facts.imported_from or facts.format),
        (tr("format"), facts.format),
        (tr("source"), facts.source),
        (tr("state"), tr(_STATES[facts.state]) if facts.state in _STATES else ""),
        *((tr("missing"), sentence_text(note)) for note in gaps),
        *(
            (trp("what verification or an import says", "note"), sentence_text(note))
            for note in facts.notes
            if note not in gaps
        ),
        (
            trp("what verification or an import says", "notes"),
            "" if facts.notes else tr("none: all of the file was understood"),
        ),
    ]
    return [(name, value) for name, value in words if value]


def _result_words(result: RunResult | None) -> list[tuple[str, str]]:
    """Return a line for each outcome, and one for the end; none if they are unknown."""
    if result is None:
        return []
    words = [(tr("outcome"), outcome_words(outcome)) for outcome in result.outcomes[:_MAX_OUTCOMES]]
    return words + ([(tr("end"), end_words(result.end))] if result.end else [])


def _when(ns: int | None) -> str:
    if ns is None:
        return ""
    return time_choice().moment(ns) or f"{whole_number(ns)} ns"  # the time is outside the calendar


def _total_rows(uses: tuple[ModelUse, ...]) -> list[QWidget]:
    """Return the usage of all models together."""
    if not uses:
        return []
    cost = total_cost(uses)
    words = [(tr("tokens"), token_words(token_counts(uses))), (tr("cost"), "" if cost is None else cost_text(cost))]
    return [FactPairs([(name, value) for name, value in words if value])]
