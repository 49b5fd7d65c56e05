"""The runs of a folder, or of a file with several runs: open one, or compare two."""

from __future__ import annotations

import os

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from replay_gui.core.facts.surveyed_run import SurveyedRun
from replay_gui.core.text.plain_text import one_line
from replay_gui.core.text.wording import plural
from replay_gui.engine.answers import Progress
from replay_gui.look.theme import GAP, set_role
from replay_gui.models.run_list import RunList
from replay_gui.models.source_session import SourceSession
from replay_gui.widgets.parts.elided_label import ElidedLabel
from replay_gui.widgets.parts.plain_label import PlainLabel
from replay_gui.widgets.parts.progress_strip import ProgressStrip
from replay_gui.widgets.run.run_table import RunTable

_SIZE_PX = (120 * GAP, 72 * GAP)


class RunsDialog(QDialog):
    """Lists the runs at `path` while they are read.

    `shown`: what opens the run that the window shows, or ""; a single chosen run is compared with it.
    Signals: open_wanted(str): a run. compare_wanted(str, str): A and B; A is "" for the run that is shown.
    """

    open_wanted = Signal(str)
    compare_wanted = Signal(str, str)

    def __init__(self, path: str, shown: str, sources: SourceSession, parent: QWidget) -> None:
        super().__init__(parent)
        self._shown = shown
        self.setWindowTitle("Runs")
        self.runs = RunList(sources, self)
        self.table = RunTable(self.runs)
        self.filter = QLineEdit()
        self.filter.setPlaceholderText("Filter by name, format, …")
        self.filter.setAccessibleName("Filter")
        self.filter.setClearButtonEnabled(True)
        self.open_button, self.compare_button = QPushButton("Open"), QPushButton("Compare")
        self.open_button.setDefault(True)
        self._where = ElidedLabel(one_line(path, 400))
        set_role(self._where, "secondary")
        self._count = PlainLabel()
        set_role(self._count, "secondary")
        self.progress = ProgressStrip()
        top, bottom = QHBoxLayout(), QHBoxLayout()
        for widget, stretch in ((self.filter, 1), (self._count, 0)):
            top.addWidget(widget, stretch)
        bottom.addWidget(self._where, 1)
        bottom.addWidget(self.compare_button)
        bottom.addWidget(self.open_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(2 * GAP, 2 * GAP, 2 * GAP, 2 * GAP)
        layout.setSpacing(GAP)
        layout.addLayout(top)
        layout.addWidget(self.table, 1)
        layout.addWidget(self.progress)
        layout.addLayout(bottom)
        self.resize(*_SIZE_PX)
        self.filter.textChanged.connect(self._on_filter)
        self.filter.returnPressed.connect(self._on_open)
        self.table.chosen_changed.connect(self._refresh)
        self.table.opened.connect(self._open)
        self.runs.progressed.connect(self._refresh)
        self.progress.cancelled.connect(self.runs.stop)
        self.finished.connect(self.runs.stop)
        self.open_button.clicked.connect(self._on_open)
        self.compare_button.clicked.connect(self._on_compare)
        self.runs.start(path)
        self.table.setFocus()

    @Slot()
    def _refresh(self) -> None:
        runs, chosen = self.runs, [run for run in self.table.chosen if not run.problem]
        self.progress.show_progress(Progress("Reading the runs", runs.done, runs.total, None) if runs.working else None)
        count = runs.rowCount()
        missing = f", not all: {one_line(runs.problem, 80)}" if count and runs.problem else ""
        self._count.setText(f"{plural(count, 'run')}{missing}")
        self.table.hint = one_line(runs.problem, 400) or ("" if runs.working else "There is no run here.")
        self.table.choose_first()
        self.open_button.setEnabled(len(chosen) == 1)
        with_open_run = len(chosen) == 1 and bool(self._shown) and os.path.abspath(chosen[0].given) != self._shown
        self.compare_button.setText("Compare with the open run" if with_open_run else "Compare")
        self.compare_button.setEnabled(with_open_run or len(chosen) == 2)
        self.compare_button.setToolTip("" if with_open_run or len(chosen) == 2 else "Choose two runs (Ctrl+click)")

    @Slot(str)
    def _on_filter(self, text: str) -> None:
        self.table.set_filter(text)
        self._refresh()

    @Slot(object)
    def _open(self, run: SurveyedRun) -> None:
        if not run.problem:
            self.open_wanted.emit(run.given)
            self.accept()

    @Slot()
    def _on_open(self) -> None:
        if self.open_button.isEnabled():
            self._open(self.table.chosen[0])

    @Slot()
    def _on_compare(self) -> None:
        names = [run.given for run in self.table.chosen]
        self.compare_wanted.emit(names[0] if len(names) == 2 else "", names[-1])
        self.accept()
