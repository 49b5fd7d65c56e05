"""The page of many runs: tasks at the left; what separates, the picture, and the failures at the right."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from replay_gui.core.text.plain_text import one_line
from replay_gui.core.text.wording import plural
from replay_gui.engine.answers import Progress
from replay_gui.look.theme import GAP
from replay_gui.models.runs.runs_session import RunsSession
from replay_gui.widgets.parts.panel import Panel
from replay_gui.widgets.parts.progress_strip import ProgressStrip
from replay_gui.widgets.runs.evaluated_run_view import EvaluatedRunView
from replay_gui.widgets.runs.failure_view import FailureView
from replay_gui.widgets.runs.runs_picture_view import RunsPictureView
from replay_gui.widgets.runs.separator_view import SeparatorView
from replay_gui.widgets.runs.task_view import TaskView
from replay_gui.windows.splitter import new_splitter

_COLUMN_SHARES = (30, 70)  # of the width, in percent
_ROW_SHARES = (26, 42, 14, 18)  # of the height
_MIN_PANEL_PX = (30 * GAP, 12 * GAP)
_LEGEND = "filled: as in most runs that passed · hollow: other arguments · ✕ error · dot: not done"
_MAX_NAME = 60  # characters of a task


class RunsView(QWidget):
    """Shows a RunsSession.

    Signals: run_wanted(int): open this run. event_wanted(int, int): open a run at an EventIndex.
    compare_wanted(int, int): compare two runs.
    """

    run_wanted = Signal(int)
    event_wanted = Signal(int, int)
    compare_wanted = Signal(int, int)

    def __init__(self, session: RunsSession, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.tasks, self.all_runs = TaskView(session), EvaluatedRunView(session, only_chosen=False)
        self.separators, self.picture = SeparatorView(session), RunsPictureView(session)
        self.failures, self.runs = FailureView(session), EvaluatedRunView(session, only_chosen=True)
        self._lists = QStackedWidget()
        for page in (self.tasks, self.all_runs):
            self._lists.addWidget(page)
        self._left, self._separates = _panel("Tasks", self._lists), _panel("What separates", self.separators)
        self._drawn = _panel("The runs, call by call", self.picture)
        self._failed = _panel("Runs that failed, by their first reason", self.failures)
        self._table = _panel("Runs", self.runs)
        self.table_button = self._left.add_button("All runs", "List every run with its facts", checkable=True)
        self.whole_button = self._separates.add_button("All tasks", "What separates over all tasks", checkable=True)
        self.compare_button = self._table.add_button("Compare", "Compare the two chosen runs (Ctrl+click chooses two)")
        self._failed.set_note("against the nearest run that passed")
        self._drawn.set_note(_LEGEND)
        right = new_splitter(Qt.Orientation.Vertical, self._separates, self._drawn, self._failed, self._table)
        for row, share in enumerate(_ROW_SHARES):
            right.setStretchFactor(row, share)
        right.setSizes([share * GAP for share in _ROW_SHARES])
        columns = new_splitter(Qt.Orientation.Horizontal, self._left, right)
        for column, share in enumerate(_COLUMN_SHARES):
            columns.setStretchFactor(column, share)
        columns.setSizes([share * GAP for share in _COLUMN_SHARES])
        self.progress = ProgressStrip()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(GAP, GAP, GAP, GAP)
        layout.setSpacing(GAP)
        layout.addWidget(columns, 1)
        layout.addWidget(self.progress)
        self._connect()
        self._on_runs_changed()
        self._on_contrast_changed()

    def _connect(self) -> None:
        session = self._session
        session.runs_changed.connect(self._on_runs_changed)
        session.contrast_changed.connect(self._on_contrast_changed)
        session.progressed.connect(self._on_progressed)
        self.progress.cancelled.connect(session.stop)
        self.tasks.task_chosen.connect(self._on_task_chosen)
        self.table_button.toggled.connect(self._on_table_toggled)
        self.whole_button.toggled.connect(self._on_whole_toggled)
        self.compare_button.clicked.connect(self._on_compare)
        self.separators.separator_chosen.connect(self.picture.select_separator)
        self.picture.column_chosen.connect(self._on_column_chosen)
        self.picture.event_wanted.connect(self.event_wanted)
        self.picture.run_wanted.connect(self.run_wanted)
        self.failures.compare_wanted.connect(self.compare_wanted)
        for table in (self.all_runs, self.runs):
            table.opened.connect(self.run_wanted)
            table.chosen_changed.connect(self._on_chosen_changed)
        self._on_chosen_changed()

    def set_filter(self, text: str) -> None:
        """Show only the tasks, or the runs of the table, that contain this text."""
        self.tasks.set_filter(text)
        self.all_runs.set_filter(text)

    # ---- what the session says ------------------------------------------------------------------------
    @Slot()
    def _on_runs_changed(self) -> None:
        tasks, runs = self._session.tasks, self._session.runs
        as_table = self.table_button.isChecked()
        self._left.set_title("Runs" if as_table else "Tasks")
        self._left.set_note(f"{len(runs):,}" if as_table else f"{len(tasks):,}" if tasks else "")
        self.whole_button.setVisible(len(tasks) > 1)
        mixed = any(task.mixed for task in tasks)
        self.tasks.setToolTip("Tasks with mixed outcomes stand first" if mixed else "")

    @Slot()
    def _on_contrast_changed(self) -> None:
        session = self._session
        contrasted, task = session.contrasted, session.task
        whole = contrasted is not None and contrasted.per_task
        named = task is not None and task.task is not None and not whole
        about = f" · task {one_line(task.task or '', _MAX_NAME)}" if named and task is not None else ""
        self._separates.set_title(f"What separates{' · all tasks' if whole else about}")
        self._separates.set_note("" if contrasted is None else contrasted.separation.note.rstrip("."))
        picture = None if contrasted is None else contrasted.picture
        count = 0 if picture is None else len(picture.rows)
        hidden = "" if picture is None else _hidden_words(picture.more_rows, picture.more_columns)
        self._drawn.set_title(f"{plural(count, 'run')}, call by call{hidden}" if count else "The runs, call by call")
        failures = session.failures
        self._failed.setVisible(failures is not None and bool(failures.groups))
        self.separators.hint = self._hint(self._why_nothing_separates())
        self.picture.hint = self._hint("None of these runs made a call.")
        for view in (self.separators, self.picture):
            view.viewport().update()

    @Slot()
    def _on_progressed(self) -> None:
        session = self._session
        what = "Reading the runs" if not session.outcomes else "Comparing the runs"
        self.progress.show_progress(Progress(what, session.done, session.total, None) if session.working else None)
        self.all_runs.hint = self._hint("There is no run here.")
        self.tasks.hint = self._hint("There is no run here.")
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
            return "No run here has an outcome. Say in the field above what passing is, such as: end == submitted"
        if outcomes & {True, False} == {True}:
            return "All of these runs passed."
        return "None of these runs passed." if True not in outcomes else "Nothing separates these runs."

    # ---- what the user does ---------------------------------------------------------------------------
    @Slot(object)
    def _on_task_chosen(self, task: object) -> None:
        from replay_gui.core.contrast.tasks import TaskRuns

        assert isinstance(task, TaskRuns)  # what the signal carries
        if not self.whole_button.isChecked():
            self._session.choose_task(task)

    @Slot(bool)
    def _on_table_toggled(self, on: bool) -> None:
        self._lists.setCurrentIndex(int(on))
        self._on_runs_changed()

    @Slot(bool)
    def _on_whole_toggled(self, on: bool) -> None:
        if on:
            self._session.choose_task(None)
        else:
            self.tasks.choose_current()

    @Slot()
    def _on_chosen_changed(self) -> None:
        self.compare_button.setEnabled(len(self._pair()) == 2)

    def _pair(self) -> list[int]:
        chosen = [table.chosen for table in (self.runs, self.all_runs)]
        return next((numbers for numbers in chosen if len(numbers) == 2), [])

    @Slot()
    def _on_compare(self) -> None:
        a, b = self._pair()
        self.compare_wanted.emit(a, b)

    @Slot(int)
    def _on_column_chosen(self, column: int) -> None:
        """Choose what the column separates by, if it does."""
        contrasted = self._session.contrasted
        separator = None if contrasted is None else contrasted.picture.columns[column].separator
        if separator is not None:
            self.separators.setCurrentIndex(self.separators.separators.index(separator, 0))


def _panel(title: str, body: QWidget) -> Panel:
    panel = Panel(title)
    panel.set_body(body)
    panel.setMinimumSize(*_MIN_PANEL_PX)
    return panel


def _hidden_words(rows: int, columns: int) -> str:
    words = [plural(rows, "run")] if rows else []
    words += [plural(columns, "call")] if columns else []
    return f", without {' and '.join(words)}" if words else ""
