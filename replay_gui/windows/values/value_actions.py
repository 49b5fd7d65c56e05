"""The actions on the chosen value of the state: its changes, its writer, its origin, watching."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QWidget

from replay_gui.core.translation.messages import tr
from replay_gui.models.session import Session
from replay_gui.windows.actions import Handlers
from replay_gui.windows.settings.settings_store import SettingsStore
from replay_gui.windows.values.watch_memory import WatchMemory

if TYPE_CHECKING:
    from replay_gui.core.state.state import Path
    from replay_gui.windows.compare_view import CompareView
    from replay_gui.windows.run_view import RunView
    from replay_gui.windows.values.changes_dialog import ChangesDialog
    from replay_gui.windows.values.origin_dialog import OriginDialog


class ValueActions(QObject):
    """The slots of these actions, which do nothing while no value is chosen. Stores the watched values.

    `get_view` returns the page of the run, which is built when it is first needed.
    """

    def __init__(
        self,
        session: Session,
        get_view: Callable[[], RunView],
        actions: dict[str, QAction],
        settings: SettingsStore,
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._session, self._get_view, self._actions, self._window = session, get_view, actions, window
        self._changes: ChangesDialog | None = None
        self._origin: OriginDialog | None = None
        self._comparison: CompareView | None = None
        WatchMemory(session, settings, self)

    @property
    def handlers(self) -> Handlers:
        """The slots of the actions on values."""
        return {
            "next_change": self.on_next_change,
            "previous_change": self.on_previous_change,
            "to_writer": self.on_to_writer,
            "all_changes": self.on_all_changes,
            "value_origin": self.on_value_origin,
            "watch_value": self.on_watch_value,
        }

    def attach(self, view: RunView) -> None:
        """Offer the actions in the panel of the state."""
        names = "watch_value", "all_changes", "to_writer", "value_origin"
        view.state.offer(*(self._actions[name] for name in names))

    def attach_comparison(self, view: CompareView) -> None:
        """Offer to watch the values that differ between the states of two runs."""
        self._comparison = view
        view.step.state_actions.append(self._actions["watch_value"])

    @Slot()
    def on_next_change(self) -> None:
        self._get_view().state.trace.step(forward=True)

    @Slot()
    def on_previous_change(self) -> None:
        self._get_view().state.trace.step(forward=False)

    @Slot()
    def on_to_writer(self) -> None:
        self._get_view().state.trace.go_to_writer()

    @Slot()
    def on_watch_value(self) -> None:
        """Watch the chosen value, or stop it; in a comparison, the value chosen in the differences of states."""
        pair = self._comparison if self._comparison is not None and self._comparison.isVisible() else None
        path: Path | None = self._get_view().state.trace.path if pair is None else pair.step.chosen_path
        if path:
            self._session.values.paths.toggle(path)
        elif pair is not None:
            pair.show_message(
                tr("To watch a value of both runs, choose it in “Divergences”, among the differences of the states")
            )

    @Slot()
    def on_all_changes(self) -> ChangesDialog | None:
        """Show all changes of the chosen value, beside the window."""
        from replay_gui.windows.values.changes_dialog import ChangesDialog  # loads the library for plots

        inspector = self._get_view().state
        if inspector.trace.path is None:
            return None
        if self._changes is None:
            self._changes = ChangesDialog(self._session, self._window)
            self._changes.destroyed.connect(self._on_changes_closed)
            inspector.view.path_chosen.connect(self._changes.show_path)
        self._changes.show_path(inspector.trace.path)
        self._changes.show()
        self._changes.raise_()
        self._changes.activateWindow()
        return self._changes

    @Slot()
    def _on_changes_closed(self) -> None:
        self._changes = None

    @Slot()
    def on_value_origin(self) -> OriginDialog | None:
        """Show the origin of the chosen value, beside the window."""
        from replay_gui.windows.values.origin_dialog import OriginDialog

        trace = self._get_view().state.trace
        if trace.path is None:
            return None
        if self._origin is None:
            self._origin = OriginDialog(self._session, self._window)
            self._origin.destroyed.connect(self._on_origin_closed)
        self._origin.origin.request_origin(trace)
        self._origin.show()
        self._origin.raise_()
        self._origin.activateWindow()
        return self._origin

    @Slot()
    def _on_origin_closed(self) -> None:
        self._origin = None
