"""The page of many runs in the window: built when it is first needed, and kept while single runs are shown."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMainWindow, QStackedWidget

from replay_gui.core.log.positions import EventIndex, position_after
from replay_gui.core.text.given_paths import absolute_path, path_in
from replay_gui.models.comparison.comparison_session import ComparisonSession
from replay_gui.models.runs.run_places import RunPlaces
from replay_gui.models.runs.runs_session import RunsSession
from replay_gui.models.session import Session
from replay_gui.windows.session.window_state import ShownRuns

if TYPE_CHECKING:
    from replay_gui.windows.dialogs.export_dialog import ExportDialog
    from replay_gui.windows.runs.runs_bar import RunsBar
    from replay_gui.windows.runs.runs_view import RunsView


class RunsPage(QObject):
    """Shows many runs, and opens one or compares two of them.

    Attributes: runs: the RunsSession. shown: whether the page is, or will be, in front.
    Signal: shown_changed().
    """

    shown_changed = Signal()

    def __init__(
        self,
        session: Session,
        comparison: ComparisonSession,
        *,
        pages: QStackedWidget,
        actions: dict[str, QAction],
        window: QMainWindow,
    ) -> None:
        super().__init__(window)
        self._session, self._comparison = session, comparison
        self._pages, self._actions, self._window = pages, actions, window
        self.runs = RunsSession(session.bridge, self)
        self._places = RunPlaces(self.runs, (session, comparison.b), self)
        self.shown = False
        session.run_changed.connect(self._on_run_changed)
        session.sources.rules_written.connect(self.runs.contrast_again)
        comparison.active_changed.connect(self._on_run_changed)

    @Slot()
    def _on_run_changed(self) -> None:
        """Hide the page, because a run or a comparison is shown now."""
        if self._session.facts is not None or self._comparison.active:
            self.shown = False
        if "view" in self.__dict__:
            self.view.open_run = self._places.given(self._session)

    @cached_property
    def view(self) -> RunsView:
        """The page."""
        from replay_gui.windows.runs.runs_view import RunsView

        view = RunsView(self.runs)
        self._pages.addWidget(view)
        view.run_wanted.connect(self._on_run_wanted)
        view.event_wanted.connect(self._on_event_wanted)
        view.compare_wanted.connect(self._on_compare_wanted)
        view.compare_with_open_wanted.connect(self._on_compare_with_open_wanted)
        view.open_run = self._places.given(self._session)
        return view

    @cached_property
    def bar(self) -> RunsBar:
        """The tool bar of the page."""
        from replay_gui.windows.runs.runs_bar import RunsBar

        bar = RunsBar(self.runs, self._actions)
        bar.filtered.connect(self.view.set_filter)
        bar.export_wanted.connect(self.on_export)
        bar.query_wanted.connect(self.view.show_query)
        self._window.addToolBar(bar)
        return bar

    @property
    def has_runs(self) -> bool:
        """Whether there are runs to show."""
        return bool(self.runs.sources)

    def holds(self, path: str) -> bool:
        """Return whether a file is one of the sources, or is below one."""
        whole = absolute_path(path)
        return any(whole == source or whole.startswith(path_in(source, "")) for source in self.runs.sources)

    def open(self, sources: tuple[str, ...]) -> None:
        """Read these files and folders, and show their runs."""
        _ = self.view, self.bar  # they show the progress
        self.runs.open(tuple(map(absolute_path, sources)))
        self.show(True)

    def save(self) -> ShownRuns:
        """Return the sources and the choices on the page, for `restore`."""
        if not self.has_runs:
            return ShownRuns(shown=False)
        runs = self.runs
        return ShownRuns(
            sources=runs.sources,
            shown=self.shown,
            passed=runs.passed,
            group_by=runs.group_by,
            filter=self.bar.filter.text(),
        )

    def restore(self, kept: ShownRuns) -> None:
        """Read the runs that `save` returned, with the same choices; ignore choices that do not exist any more."""
        from replay_gui.core.contrast.run_groups import FACTS

        _ = self.view  # it shows the progress
        self.bar.set_passed(kept.passed)
        self.bar.filter.setText(kept.filter)
        self.runs.open(kept.sources)
        if kept.group_by in FACTS:
            self.runs.set_group_by(kept.group_by)
        if kept.shown:
            self.show(True)

    def show(self, on: bool) -> None:
        """Bring the page to the front, or hide it."""
        if on != self.shown:
            self.shown = on
            self.shown_changed.emit()

    def show_bar(self, on: bool) -> None:
        """Show the tool bar, or hide it."""
        if "bar" in self.__dict__:
            self.bar.setVisible(on)

    @Slot()
    def on_export(self) -> ExportDialog:
        """Open the dialog to save a report on the runs."""
        from replay_gui.models.runs.runs_report_maker import RunsReportMaker
        from replay_gui.windows.dialogs.export_dialog import ExportDialog

        source = Path(self.runs.sources[0])
        # The disk is not read, since its server may be gone; runs in a folder are known by their names.
        is_folder = any(Path(run.given).is_relative_to(source) and run.given != str(source) for run in self.runs.runs)
        folder, stem = (source, source.name) if is_folder else (source.parent, source.stem)
        dialog = ExportDialog(RunsReportMaker(self.runs), folder, f"{stem}-runs", self._window)
        dialog.open()
        return dialog

    @Slot(int)
    def _on_run_wanted(self, run: int) -> None:
        self._open(run)

    @Slot(int, int)
    def _on_event_wanted(self, run: int, index: EventIndex) -> None:
        self._open(run, index)

    def _open(self, run: int, index: EventIndex | None = None) -> None:
        """Open a run, at an event if one is given; ignore a run that cannot be read."""

        def open_at(paths: Sequence[str]) -> None:
            self._comparison.end()
            if index is None:
                self._session.open(paths[0])
            else:
                self._session.open(paths[0], position_after(index))

        self._places.find((run,), open_at)

    @Slot(int)
    def _on_compare_with_open_wanted(self, run: int) -> None:
        def compare(paths: Sequence[str]) -> None:
            self._comparison.end()
            self._comparison.start(paths[0])

        self._places.find((run,), compare)

    @Slot(int, int)
    def _on_compare_wanted(self, a: int, b: int) -> None:
        self._places.find((a, b), lambda paths: self._comparison.start(paths[-1], paths[0]))
