"""The actions on what the window shows as a whole: open, reload, close, export, cancel the work, clear caches, quit."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QFileDialog, QWidget

from replay_gui.core.translation.messages import tr
from replay_gui.models.comparison.comparison_session import ComparisonSession
from replay_gui.models.run.playback import Playback
from replay_gui.models.session import Session
from replay_gui.windows.actions import Handlers
from replay_gui.windows.notes.note_actions import NoteActions
from replay_gui.windows.runs.runs_page import RunsPage
from replay_gui.windows.source_actions import folder_of_run

if TYPE_CHECKING:
    from replay_gui.windows.dialogs.export_dialog import ExportDialog


class FileActions(QObject):
    """The slots of these actions."""

    def __init__(
        self,
        session: Session,
        comparison: ComparisonSession,
        window: QWidget,
        *,
        playback: Playback,
        notes: NoteActions,
        runs_page: RunsPage,
    ) -> None:
        super().__init__(window)
        self._session, self._comparison, self._window = session, comparison, window
        self._playback, self._notes, self._runs_page = playback, notes, runs_page

    @property
    def handlers(self) -> Handlers:
        """The slots of the actions."""
        return {
            "open": self.on_open,
            "reload": self.on_reload,
            "close": self.on_close,
            "export": self.on_export,
            "cancel": self.on_cancel,
            "clear_cache": self.on_clear_cache,
            "quit": self.on_quit,
        }

    @Slot()
    def on_open(self) -> None:
        path, _ = QFileDialog.getOpenFileName(
            self._window, tr("Open the log of a run"), folder_of_run(self._session.facts)
        )
        if path:
            self._session.open(path)

    @Slot()
    def on_reload(self) -> None:
        """Read the open run, or both runs of a comparison, from disk again."""
        (self._comparison if self._comparison.active else self._session).reload()

    @Slot()
    def on_close(self) -> None:
        """Go back from a comparison to run A, or from a run to the welcome page."""
        if self._comparison.active:
            self._comparison.end()
        else:
            self._session.close_run()

    @Slot()
    def on_cancel(self) -> None:
        """Pause if the run is being played, else stop the background work."""
        if self._playback.playing:
            self._playback.pause()
        else:
            self._session.cancel_work()
            self._comparison.cancel_work()
            self._runs_page.runs.stop()

    @Slot()
    def on_quit(self) -> None:
        self._window.close()

    @Slot()
    def on_clear_cache(self) -> None:
        self._session.clear_cache()

    @Slot()
    def on_export(self) -> ExportDialog:
        from replay_gui.models.run_report_maker import RunReportMaker  # not for the first picture
        from replay_gui.windows.dialogs.export_dialog import ExportDialog

        maker = RunReportMaker(self._session, self._comparison)
        maker.notes = self._notes.book.noted_events()
        facts = self._session.facts
        assert facts is not None  # or the action is disabled
        path, kind = Path(facts.path), "comparison" if maker.compares else "report"
        dialog = ExportDialog(maker, path.parent, f"{path.stem}-{kind}", self._window)
        dialog.open()
        return dialog
