"""Opens the files and folders that the user drops on the window, or names at its start."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QObject, Slot

from replay_gui.core.path_kinds import is_folder
from replay_gui.models.comparison.comparison_session import ComparisonSession
from replay_gui.models.disk_question import DiskQuestion
from replay_gui.models.session import Session
from replay_gui.windows.runs.runs_page import RunsPage


class PathOpener(QObject):
    """Opens one file, compares two, or shows the runs of a folder or of more files."""

    def __init__(self, session: Session, comparison: ComparisonSession, runs_page: RunsPage, parent: QObject) -> None:
        super().__init__(parent)
        self._session = session
        self._comparison = comparison
        self._runs_page = runs_page
        self._is_folder = DiskQuestion(self)
        self._is_folder.answered.connect(self._on_paths_checked)

    def open(self, paths: Sequence[str]) -> None:
        """Open these paths, after checking whether the first one is a folder."""
        self._is_folder.ask_disk(partial(_checked_paths, tuple(paths)))

    @Slot(str)
    def open_path(self, path: str) -> None:
        """Open one path as `open` does."""
        self.open((path,))

    @Slot(object)
    def _on_paths_checked(self, found: tuple[tuple[str, ...], bool]) -> None:
        paths, is_folder = found
        if is_folder or len(paths) > 2:
            self._runs_page.open(paths)
        elif len(paths) > 1:
            self._comparison.start(paths[1], paths[0])
        else:
            self._session.open(paths[0])


def _checked_paths(paths: tuple[str, ...]) -> tuple[tuple[str, ...], bool]:
    return paths, is_folder(paths[0])
