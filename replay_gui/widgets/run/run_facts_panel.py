"""The run at a glance: what it is, what it did, what it cost in time, what protects it."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from replay_gui.core.facts.run_outcome import RunResult, end_words, outcome_words
from replay_gui.core.facts.run_totals import ModelUse, total_use
from replay_gui.core.importers.import_notes import missing_notes
from replay_gui.core.log.positions import Position
from replay_gui.core.text.clock import utc_text
from replay_gui.core.text.event_label import kind_label
from replay_gui.core.text.plain_text import one_line
from replay_gui.core.text.wording import bytes_text, cost_text, duration_text
from replay_gui.engine.answers import RunFacts
from replay_gui.look.theme import GAP, UNIT, data_font
from replay_gui.models.run.run_numbers import RunNumbers, run_numbers
from replay_gui.models.run.verdict_words import verdict_of
from replay_gui.models.session import Session
from replay_gui.models.tooltip import plain_tooltip
from replay_gui.widgets.parts.elided_label import ElidedLabel
from replay_gui.widgets.parts.panel import Panel
from replay_gui.widgets.parts.plain_label import PlainLabel
from replay_gui.widgets.parts.section import Section
from replay_gui.widgets.run.fact_row import NAME_WIDTH_PX, FactRow
from replay_gui.widgets.run.mark_rows import mark_rows

COUNT_INTERVAL_MS = 500  # ms between two counts while the index grows
_MAX_TABLE_ROWS = 40  # kinds, tools, models
_MAX_OUTCOMES = 10  # graders
_MAX_TOKEN_KINDS = 4  # of tokens
_STATES = {"recorded": "recorded by the source", "derived": "derived from the events"}  # by RunFacts.state


class RunFactsPanel(Panel):
    """The numbers of the session's run, counted repeatedly while it is read, and only while the panel is visible."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__("Run facts", parent)
        self._session = session
        self._run, self._checked, self.marks = Section("Run"), Section("Integrity"), Section("Marks")
        self._kinds, self._tools = Section("Events by kind"), Section("Tools")
        self._used, self._imported = Section("Tokens and cost"), Section("Import")
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for section in (self._run, self.marks, self._used, self._checked, self._tools, self._kinds, self._imported):
            column.addWidget(section)
        column.addStretch(1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setAccessibleName("Run facts")
        area.setWidget(body)
        body.setAutoFillBackground(False)
        self.set_body(area)
        self._pause = QTimer(self, singleShot=True, interval=COUNT_INTERVAL_MS)
        self._pause.timeout.connect(self.refresh)
        session.run_changed.connect(self.refresh)
        session.facts_changed.connect(self.refresh)
        session.index_changed.connect(self._on_index_changed)
        session.report_changed.connect(self.refresh)
        session.totals_changed.connect(self.refresh)
        session.run_marks.changed.connect(self.refresh)

    def showEvent(self, event: QShowEvent) -> None:
        """Count what was not counted while the panel was hidden."""
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
        self._run.set_rows([_pairs(_run_words(facts, numbers, None if totals is None else totals.result))])
        self.marks.set_rows(list(self._mark_rows()))
        self._checked.set_rows([_pairs(self._integrity_words())])
        self._imported.set_rows([_pairs(_import_words(facts))] if facts.origin == "imported" else [])
        self._used.set_rows([_use_table(totals.uses)] if totals is not None and totals.uses else [])
        if totals is None and self._session.index.complete:
            self._session.request_totals()
        self._tools.set_rows([_tool_table(numbers)] if numbers.tools else [])
        self._kinds.set_rows([_kind_table(numbers)] if numbers.kinds else [])

    def _mark_rows(self) -> list[FactRow]:
        marks = self._session.run_marks
        rows = mark_rows(marks, _MAX_TABLE_ROWS)
        for row in rows:
            row.clicked.connect(self._on_mark)
        return rows if rows or marks.found is None else [FactRow("marks", "none")]

    @Slot()
    def _on_mark(self) -> None:
        row = self.sender()
        if isinstance(row, FactRow) and isinstance(row.aim, int):
            self._session.seek(Position(row.aim))

    def _integrity_words(self) -> list[tuple[str, str]]:
        report = self._session.report
        verdict = verdict_of(report, None)
        words = [("verdict", verdict.text)]
        if report is not None:
            words += [
                ("verified", f"{report.verified:,} of {report.events:,} events"),
                ("seal", report.seal),
                ("state hashes", f"{report.state_hashes_checked:,} of {report.state_hashes:,} checked"),
            ]
            words += [("", note) for note in report.notes]
        return words


def _run_words(facts: RunFacts, numbers: RunNumbers, result: RunResult | None) -> list[tuple[str, str]]:
    agent = f"{facts.agent_type} {facts.agent_version}".strip()
    start = facts.created if numbers.start is None else numbers.start
    troubles = (
        (numbers.errors, "errors"),
        (numbers.failed, "failed calls"),
        (numbers.denied, "denials"),
    )
    words = [
        ("agent", agent),
        *_result_words(result),
        ("events", f"{numbers.events:,}"),
        ("calls", f"{numbers.calls:,}" if numbers.calls else ""),
        ("errors", ", ".join(f"{count:,} {what}" for count, what in troubles if count) or "none"),
        ("duration", "" if numbers.duration is None else duration_text(numbers.duration)),
        ("began", _when(start)),
        ("phases", f"{numbers.phases:,}" if numbers.phases else ""),
        ("file", facts.path),
        ("size", bytes_text(facts.size)),
    ]
    return [(name, value) for name, value in words if value]


def _import_words(facts: RunFacts) -> list[tuple[str, str]]:
    """Where an imported run came from, and the import notes: first those by which something of the run is missing."""
    gaps = missing_notes(facts.notes)
    words = [
        ("from", facts.imported_from or facts.format),
        ("format", facts.format),
        ("source", facts.source),
        ("state", _STATES.get(facts.state, "")),
        *(("missing", note) for note in gaps),
        *(("note", note) for note in facts.notes if note not in gaps),
        ("notes", "" if facts.notes else "none: all of the file was understood"),
    ]
    return [(name, value) for name, value in words if value]


def _result_words(result: RunResult | None) -> list[tuple[str, str]]:
    """A line for each outcome, and one for the end; none where the run says nothing of them."""
    if result is None:
        return []
    words = [("outcome", outcome_words(outcome)) for outcome in result.outcomes[:_MAX_OUTCOMES]]
    return words + ([("end", end_words(result.end))] if result.end else [])


def _when(ns: int | None) -> str:
    if ns is None:
        return ""
    words = utc_text(ns)
    return f"{words[:19]} UTC" if words else f"{ns:,} ns"  # of a time that no calendar has


def _pairs(rows: list[tuple[str, str]]) -> QWidget:
    table, grid = _table()
    grid.setColumnMinimumWidth(0, NAME_WIDTH_PX)
    grid.setColumnStretch(1, 1)
    for line, (name, value) in enumerate(rows):
        grid.addWidget(_label(name, "secondary"), line, 0, Qt.AlignmentFlag.AlignTop)
        label = _label(one_line(value, 400))
        label.setWordWrap(True)
        label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        grid.addWidget(label, line, 1)
    return table


def _kind_table(numbers: RunNumbers) -> QWidget:
    table, grid = _table()
    grid.setColumnStretch(0, 1)
    for line, (name, count) in enumerate(numbers.kinds[:_MAX_TABLE_ROWS]):
        label = ElidedLabel(kind_label(name))
        label.setToolTip(plain_tooltip(one_line(name, 80)))
        grid.addWidget(label, line, 0)
        grid.addWidget(_number(f"{count:,}"), line, 1)
        grid.addWidget(_number(f"{count / numbers.events:.1%}", "secondary"), line, 2)
    _add_more_row(grid, len(numbers.kinds) - _MAX_TABLE_ROWS)
    return table


def _tool_table(numbers: RunNumbers) -> QWidget:
    table, grid = _table()
    grid.setColumnStretch(0, 1)
    for column, head in enumerate(("", "calls", "failed", "denied", "time")):
        grid.addWidget(_number(head, "secondary"), 0, column)
    for line, tool in enumerate(numbers.tools[:_MAX_TABLE_ROWS], 1):
        grid.addWidget(ElidedLabel(one_line(tool.name, 80)), line, 0)
        time = "" if tool.time is None else duration_text(tool.time)
        for column, (count, role) in enumerate(((tool.calls, ""), (tool.failed, "bad"), (tool.denied, "bad")), 1):
            grid.addWidget(
                _number(f"{count:,}" if count or not role else "–", role if count else "secondary"), line, column
            )
        grid.addWidget(_number(time), line, 4)
    _add_more_row(grid, len(numbers.tools) - _MAX_TABLE_ROWS)
    return table


def _use_table(uses: tuple[ModelUse, ...]) -> QWidget:
    """A line a model, and one for all where there are several."""
    table, grid = _table()
    grid.setColumnStretch(0, 1)
    sorts = tuple(dict.fromkeys(sort for use in uses for sort in use.tokens))[:_MAX_TOKEN_KINDS]
    for column, head in enumerate(("", *(sort.replace("_", " ") or "tokens" for sort in sorts), "cost")):
        grid.addWidget(_number(one_line(head, 20), "secondary"), 0, column)
    every = [total_use(uses)] if len(uses) > 1 else []
    for line, use in enumerate((*uses[:_MAX_TABLE_ROWS], *every), 1):
        grid.addWidget(ElidedLabel(one_line(use.model, 80) or "model not named"), line, 0)
        for column, sort in enumerate(sorts, 1):
            count = use.tokens.get(sort)
            grid.addWidget(_number("–" if count is None else f"{count:,}", "" if count else "secondary"), line, column)
        grid.addWidget(_number("" if use.cost is None else cost_text(use.cost)), line, len(sorts) + 1)
    _add_more_row(grid, len(uses) - _MAX_TABLE_ROWS)
    return table


def _add_more_row(grid: QGridLayout, more: int) -> None:
    if more > 0:
        grid.addWidget(_label(f"and {more:,} more", "secondary"), grid.rowCount(), 0)


def _table() -> tuple[QWidget, QGridLayout]:
    table = QWidget()
    grid = QGridLayout(table)
    grid.setContentsMargins(GAP + UNIT, UNIT, GAP + UNIT, UNIT)
    grid.setHorizontalSpacing(2 * GAP)
    grid.setVerticalSpacing(GAP)
    return table, grid


def _label(text: str, role: str = "") -> PlainLabel:
    label = PlainLabel(text, role)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return label


def _number(text: str, role: str = "") -> PlainLabel:
    label = _label(text, role)
    label.setFont(data_font())
    label.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
    return label
