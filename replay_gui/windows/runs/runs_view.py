"""The page of many runs: groups at the left; separating facts, the picture, and the failures at the right."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from replay_gui.core.facts.fact_names import fact_name
from replay_gui.core.facts.notes_places import unused_notes_words
from replay_gui.core.text.given_paths import absolute_path
from replay_gui.core.text.plain_text import one_line
from replay_gui.core.translation.messages import tr, translatable, trn
from replay_gui.engine.answers import Alert, Progress
from replay_gui.look.theme import GAP, HEAD, ROW, UNIT
from replay_gui.models.runs.consensus_table import agreement_words
from replay_gui.models.runs.run_group_table import group_name
from replay_gui.models.runs.runs_session import Evaluating, RunsSession
from replay_gui.models.tooltip import plain_tooltip
from replay_gui.widgets.parts.banner import Banner
from replay_gui.widgets.parts.panel import Panel
from replay_gui.widgets.parts.progress_strip import ProgressStrip
from replay_gui.widgets.runs.consensus_view import ConsensusView
from replay_gui.widgets.runs.evaluated_run_view import EvaluatedRunView
from replay_gui.widgets.runs.failure_view import FailureView
from replay_gui.widgets.runs.runs_picture_view import RunsPictureView
from replay_gui.widgets.runs.separator_view import SeparatorView
from replay_gui.windows.runs.groups_panel import GroupsPanel
from replay_gui.windows.runs.query_panel import QueryPanel
from replay_gui.windows.runs.runs_status import RunsStatus
from replay_gui.windows.splitter import new_splitter

_COLUMN_SHARES = (30, 70)  # of the width, in percent
_VERSION_SHARES = (46, 54)  # of the width, while versions are compared
_ROW_SHARES = (24, 24, 43, 16, 19)  # of the height; separating facts and the consensus are never both visible
_PAGE_SHARES = (70, 30)  # of the height, of the page and of the query
_MIN_PANEL_PX = (30 * GAP, 12 * GAP)
_MIN_ROWS = 2  # of the list of failures, so that a problem can be read
_COMPARE_TIP = translatable("Compare two chosen runs (Ctrl+click chooses two), or one with the open run")
_ANY_HEIGHT = (1 << 24) - 1  # Qt's own limit
_LEGEND = translatable("filled: as in most runs · hollow: other arguments · × error · dot: not done")
_PASSED_LEGEND = translatable("filled: as in runs that passed · pointed: in none · hollow: other arguments · × error")
_HOW_TO_ALLOW = translatable("Open such a run to see its notes and allow its folder, then read these runs again.")
_MAX_NAME, _MAX_PROBLEM = 60, 400  # characters of a group, and of a problem


class RunsView(QWidget):
    """Shows a RunsSession.

    Attributes: open_run: the path that opens the shown run; "" for none.
    Signals: run_wanted(int): open the run with this number. event_wanted(int, int): open the run with this number at
    this EventIndex. compare_wanted(int, int): compare the runs with these numbers. compare_with_open_wanted(int):
    compare the open run with the one with this number.
    """

    run_wanted = Signal(int)
    event_wanted = Signal(int, int)
    compare_wanted = Signal(int, int)
    compare_with_open_wanted = Signal(int)

    def __init__(self, session: RunsSession, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._open_run = ""
        self._has_shown_unused_notes = False
        page = new_splitter(Qt.Orientation.Vertical, self)
        self._columns = new_splitter(Qt.Orientation.Horizontal, page)
        self.groups = GroupsPanel(session, self._columns)
        self.groups.setMinimumSize(*_MIN_PANEL_PX)
        right = new_splitter(Qt.Orientation.Vertical, self._columns)
        self.separators, self.picture = SeparatorView(session), RunsPictureView(session)
        self.consensus = ConsensusView(session)
        self.failures, self.runs = FailureView(session), EvaluatedRunView(session, only_chosen=True)
        self._separates = _panel(tr("What separates"), self.separators, right)
        self._agrees = _panel(tr("What these runs agree on"), self.consensus, right)
        self._drawn = _panel(tr("The runs, call by call"), self.picture, right)
        self._failed = _panel(tr("Runs that failed, by their first reason"), self.failures, right)
        self._table = _panel(tr("Runs"), self.runs, right)
        self.query = QueryPanel(session, page)
        self.query.hide()
        self.whole_button = self._separates.add_button(
            tr("All runs"), tr("What separates over all runs"), checkable=True
        )
        self.compare_button = self._table.add_button(tr("Compare"), tr(_COMPARE_TIP))
        for row, share in enumerate(_ROW_SHARES):
            right.setStretchFactor(row, share)
        right.setSizes([share * GAP for share in _ROW_SHARES])
        for column, share in enumerate(_COLUMN_SHARES):
            self._columns.setStretchFactor(column, share)
        self._columns.setSizes([share * GAP for share in _COLUMN_SHARES])
        self._sizes_before: list[int] | None = None  # of the columns, while versions are compared
        page.setSizes([share * GAP for share in _PAGE_SHARES])
        self.progress = ProgressStrip(self)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(GAP, GAP, GAP, 0)
        layout.setSpacing(GAP)
        self.banner: Banner | None = None  # notes that are not used
        layout.addWidget(page, 1)
        layout.addWidget(self.progress)
        layout.addWidget(RunsStatus(session, self))
        self._connect()
        self._on_runs_changed()
        self._on_contrast_changed()

    def _connect(self) -> None:
        session = self._session
        session.runs_changed.connect(self._on_runs_changed)
        session.contrast_changed.connect(self._on_contrast_changed)
        session.progressed.connect(self._on_progressed)
        self.progress.cancelled.connect(session.stop)
        session.opened.connect(self._on_opened)
        self.groups.everything_wanted.connect(self._on_everything_wanted)
        self.groups.chosen_changed.connect(self._on_chosen_changed)
        self.whole_button.toggled.connect(self._on_whole_toggled)
        self.compare_button.clicked.connect(self._on_compare)
        self.separators.separator_chosen.connect(self.picture.select_separator)
        self.picture.column_chosen.connect(self._on_column_chosen)
        self.picture.split_changed.connect(self._on_split_changed)
        self.picture.event_wanted.connect(self.event_wanted)
        self.picture.run_wanted.connect(self.run_wanted)
        self.picture.compare_wanted.connect(self.compare_wanted)
        self.failures.compare_wanted.connect(self.compare_wanted)
        self.consensus.opened.connect(self.run_wanted)
        self.query.run_wanted.connect(self.run_wanted)
        self.query.event_wanted.connect(self.event_wanted)
        self.runs.chosen_changed.connect(self._on_chosen_changed)
        for table in (self.groups.all_runs, self.runs):
            table.opened.connect(self.run_wanted)
        self._on_chosen_changed()

    @property
    def open_run(self) -> str:
        """The path that opens the run in the window; "" for none."""
        return self._open_run

    @open_run.setter
    def open_run(self, given: str) -> None:
        self._open_run = given
        self._on_chosen_changed()

    def set_filter(self, text: str) -> None:
        """Show only the groups, or the runs of the table, that contain this text."""
        self.groups.set_filter(text)

    def show_query(self, on: bool) -> None:
        """Show the panel for queries over the catalogue, or hide it."""
        self.query.setVisible(on)
        if on:
            self.query.begin()

    # ---- signals of the session -----------------------------------------------------------------------
    @Slot()
    def _on_runs_changed(self) -> None:
        self.whole_button.setVisible(len(self._session.groups) > 1)
        self._show_unused_notes()
        self._make_room()
        self._on_contrast_changed()

    def _show_unused_notes(self) -> None:
        """Show once for the opened sources that outcomes in notes beside the logs are not used."""
        words = unused_notes_words(run.unused_notes for run in self._session.runs)
        if words and self._session.outcomes and not self._has_shown_unused_notes:
            self._has_shown_unused_notes = True
            self.banner = Banner(Alert("info", f"{words[0].upper()}{words[1:]}. {tr(_HOW_TO_ALLOW)}"))
            self.banner.closed.connect(self._remove_banner)
            layout = self.layout()
            assert isinstance(layout, QVBoxLayout)
            layout.insertWidget(0, self.banner)

    @Slot()
    def _remove_banner(self) -> None:
        if self.banner is not None:
            self.banner.hide()
            self.banner.deleteLater()
            self.banner = None

    def _make_room(self) -> None:
        """Give the left side more room while versions are compared: the reason of a flip is a sentence."""
        versioned, sizes = self._session.versions is not None, self._columns.sizes()
        if versioned and self._sizes_before is None:
            self._sizes_before = sizes
            self._columns.setSizes([round(share * sum(sizes) / 100) for share in _VERSION_SHARES])
        elif not versioned and self._sizes_before is not None:
            self._columns.setSizes(self._sizes_before)
            self._sizes_before = None

    @Slot()
    def _on_opened(self) -> None:
        self._remove_banner()
        self._has_shown_unused_notes = False
        self._on_everything_wanted(False)
        self._session.contrasts_first_group = True

    @Slot()
    def _on_contrast_changed(self) -> None:
        session = self._session
        contrasted = session.contrasted
        agreement = None if contrasted is None else contrasted.consensus
        self._separates.setVisible(agreement is None)
        self._agrees.setVisible(agreement is not None)
        self._agrees.set_note("" if agreement is None else agreement_words(agreement))
        self._separates.set_title(self._separates_words())
        self._separates.set_note("" if contrasted is None else contrasted.separation.note.rstrip("."))
        self.separators.hint = self._hint(self._why_nothing_separates())
        self.consensus.hint = self._hint(tr("No run differs from the others."))
        self._show_picture()
        self._show_failures()
        for view in (self.separators, self.picture, self.consensus):
            view.viewport().update()

    def _separates_words(self) -> str:
        session, contrasted = self._session, self._session.contrasted
        if contrasted is not None and contrasted.by_version:
            return tr("What separates the versions")
        if session.group is not None:
            fact = session.group_by
            name = group_name(session.group.value, fact)
            whole = f"{fact_name(fact)} {name}" if session.group.value is not None else name
            return f"{tr('What separates')} · {one_line(whole, _MAX_NAME)}"
        if session.chosen is None:
            return tr("What separates · all runs") if len(session.groups) > 1 else tr("What separates")
        return trn("What separates · {n} chosen run", "What separates · {n} chosen runs", len(session.chosen))

    def _show_picture(self) -> None:
        contrasted = self._session.contrasted
        picture = None if contrasted is None else contrasted.picture
        count = 0 if picture is None else len(picture.rows)
        hidden = "" if picture is None else _hidden_words(picture.more_rows, picture.more_columns)
        words = trn("{n} run, call by call", "{n} runs, call by call", count)
        self._drawn.set_title(f"{words}{hidden}" if count else tr("The runs, call by call"))
        self._drawn.setVisible(picture is None or bool(picture.columns))
        self._on_split_changed()

    @Slot()
    def _on_split_changed(self) -> None:
        contrasted = self._session.contrasted
        is_passed = contrasted is not None and any(row.passed for row in contrasted.picture.rows)
        self._drawn.set_note(self.picture.split_words or tr(_PASSED_LEGEND if is_passed else _LEGEND))
        whole = self.picture.sizeHint()
        bar = self.picture.horizontalScrollBar().sizeHint().height()
        self._drawn.setMaximumHeight(whole.height() + HEAD + UNIT + bar if whole.isValid() else _ANY_HEIGHT)

    def _show_failures(self) -> None:
        session, failures = self._session, self._session.failures
        shown = failures is not None and bool(failures.groups or failures.problem)
        self._failed.setVisible(shown)
        if failures is None or not shown:
            return
        by_version = session.contrasted is not None and session.contrasted.by_version
        if by_version:
            self._failed.set_title(tr("One failing run of each task that flipped, by its first reason"))
            note = tr("against the nearest run of the other version that passed")
        else:
            self._failed.set_title(tr("Runs that failed, by their first reason"))
            note = tr("against the nearest run of its task that passed")
        left = trn("{n} not compared", "{n} not compared", failures.left_out) if failures.left_out else ""
        self._failed.set_note(" · ".join(filter(None, (note, left))))
        headings, rows = self.failures.horizontalHeader().sizeHint().height(), max(len(failures.groups), _MIN_ROWS)
        self._failed.setMaximumHeight(HEAD + headings + rows * ROW + 2 * UNIT)
        self.failures.hint = one_line(failures.problem, _MAX_PROBLEM)
        self.failures.setToolTip(plain_tooltip(one_line(failures.problem, _MAX_PROBLEM)) if failures.problem else "")

    @Slot()
    def _on_progressed(self) -> None:
        session = self._session
        what = tr("Reading the runs") if not session.outcomes else tr("Comparing the runs")
        work = session.work
        shown = Progress(what, work.done, work.total, None) if isinstance(work, Evaluating) else None
        self.progress.show_progress(shown)
        self._on_contrast_changed()

    def _hint(self, empty: str) -> str:
        session = self._session
        if session.problem:
            return one_line(session.problem, 400)
        return "" if session.working else empty

    def _why_nothing_separates(self) -> str:
        session = self._session
        chosen = () if session.contrasted is None else session.contrasted.chosen
        outcomes = {session.outcome(run) for run in chosen}
        if outcomes <= {None}:
            several = session.contrasted is not None and session.contrasted.tasks > 1
            parts = [tr("No run here has an outcome.")]
            parts += [tr("Choose one task to see the agreement of its runs.")] if several else []
            parts += [tr("Define passing in the field above, such as: end == submitted")]
            return " ".join(parts)
        if session.contrasted is not None and session.contrasted.by_version:
            return tr("Nothing separates the versions.")
        if outcomes & {True, False} == {True}:
            return tr("All of these runs passed.")
        return tr("None of these runs passed.") if True not in outcomes else tr("Nothing separates these runs.")

    # ---- actions of the user --------------------------------------------------------------------------
    @Slot(bool)
    def _on_everything_wanted(self, on: bool) -> None:
        """Show the choice on the left: all runs, or some."""
        self.whole_button.blockSignals(True)
        self.whole_button.setChecked(on)
        self.whole_button.blockSignals(False)

    @Slot(bool)
    def _on_whole_toggled(self, on: bool) -> None:
        self.groups.set_everything(on)
        if on:
            self._session.choose_group(None)

    @Slot()
    def _on_chosen_changed(self) -> None:
        chosen = self._to_compare()
        self.compare_button.setText(tr("Compare with the open run") if len(chosen) == 1 else tr("Compare"))
        self.compare_button.setEnabled(bool(chosen))

    def _to_compare(self) -> list[int]:
        """Return the two chosen runs, or the one to compare with the open run; empty if neither is possible."""
        tables = [table.chosen for table in (self.runs, self.groups.all_runs)]
        if pair := next((numbers for numbers in tables if len(numbers) == 2), None):
            return pair
        one = next((numbers for numbers in tables if len(numbers) == 1), [])
        runs = self._session.runs
        return [run for run in one if self._open_run and absolute_path(runs[run].given) != self._open_run]

    @Slot()
    def _on_compare(self) -> None:
        chosen = self._to_compare()
        if len(chosen) == 2:
            self.compare_wanted.emit(*chosen)
        else:
            self.compare_with_open_wanted.emit(*chosen)

    @Slot(int)
    def _on_column_chosen(self, column: int) -> None:
        """Choose the separating fact of the column, if it has one."""
        contrasted = self._session.contrasted
        separator = None if contrasted is None else contrasted.picture.columns[column].separator
        if separator is not None:
            self.separators.setCurrentIndex(self.separators.separators.index(separator, 0))


def _panel(title: str, body: QWidget, parent: QWidget) -> Panel:
    panel = Panel(title, parent)
    panel.add_part(body, 1)
    panel.setMinimumSize(*_MIN_PANEL_PX)
    return panel


def _hidden_words(rows: int, columns: int) -> str:
    more_rows = trn("{n} more run", "{n} more runs", rows)
    more_columns = trn("{n} more call", "{n} more calls", columns)
    if rows and columns:
        return f" {tr('({runs} and {calls} not drawn)', runs=more_rows, calls=more_columns)}"
    return f" {tr('({what} not drawn)', what=more_rows if rows else more_columns)}" if rows or columns else ""
