"""The action that follows growing files."""

from __future__ import annotations

from PySide6.QtCore import QObject, Slot
from PySide6.QtGui import QAction

from replay_gui.models.comparison.comparison_session import ComparisonSession
from replay_gui.models.session import Session
from replay_gui.windows.actions import Handlers
from replay_gui.windows.settings.settings_store import SettingsStore

FOLLOWS = "follow"  # in the settings: "no" if growing files are not followed


class FollowActions(QObject):
    """Follows growing files, if the user wants it; compared runs by reading them again."""

    def __init__(
        self,
        session: Session,
        comparison: ComparisonSession,
        settings: SettingsStore,
        actions: dict[str, QAction],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._session, self._comparison, self._settings = session, comparison, settings
        self._action = actions["follow"]
        self._action.setChecked(settings.value(FOLLOWS) != "no")
        comparison.active_changed.connect(self._apply)
        self._apply()

    @property
    def handlers(self) -> Handlers:
        """The slot of the action."""
        return {"follow": self.on_follow}

    @Slot(bool)
    def on_follow(self, on: bool) -> None:
        """Follow growing files, or only report them, now and at the next start."""
        self._settings.set_value(FOLLOWS, "yes" if on else "no")
        self._apply()

    def follow_this_time(self) -> None:
        """Follow growing files in this window, without changing the settings."""
        self._action.blockSignals(True)
        self._action.setChecked(True)
        self._action.blockSignals(False)
        self._apply()

    @Slot()
    def _apply(self) -> None:
        follows, compares = self._action.isChecked(), self._comparison.active
        self._comparison.following.enable(follows and compares)
        self._session.following.enable(follows and not compares)
