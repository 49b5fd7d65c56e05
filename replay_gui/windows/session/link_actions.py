"""Links to a place in a run: copied as a command, and followed if the command line has one."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot
from PySide6.QtGui import QGuiApplication

from replay_gui.core.log.positions import Position
from replay_gui.models.comparison.comparison_session import ComparisonSession
from replay_gui.models.run.run_link import run_link
from replay_gui.models.session import Session
from replay_gui.models.values.watched_paths import Keys, path_of
from replay_gui.windows.actions import Handlers

if TYPE_CHECKING:
    from replay_gui.windows.run_view import RunView


class LinkActions(QObject):
    """Copies the link to the chosen event or value, and shows the value of a link once its run is open."""

    def __init__(
        self, session: Session, comparison: ComparisonSession, get_view: Callable[[], RunView], parent: QObject
    ) -> None:
        super().__init__(parent)
        self._session, self._comparison, self._get_view = session, comparison, get_view
        self._wanted: tuple[Keys, Position] | None = None
        session.position_state_changed.connect(self._show_wanted)

    @property
    def handlers(self) -> Handlers:
        """The slot of the action."""
        return {"copy_link": self.on_copy_link}

    @Slot()
    def on_copy_link(self) -> None:
        """Copy the link to the current event, with the chosen value; in a comparison, to both runs."""
        session, comparison = self._session, self._comparison
        if session.facts is None:
            return
        compares = comparison.active and comparison.b.facts is not None
        view = self._get_view()
        path = () if compares or view.shows_facts else view.state.view.chosen or ()
        other = comparison.b.facts if compares else None
        link = run_link(session.facts, session.position, path=path, format=session.format, other=other)
        QGuiApplication.clipboard().setText(link)

    def show_value(self, keys: Keys, position: Position) -> None:
        """Choose the value at these keys of the state, once the run is at this position; 0: at its initial position."""
        self._wanted = keys, position

    @Slot()
    def _show_wanted(self) -> None:
        moment = self._session.position_state
        if self._wanted is None or moment is None:
            return
        keys, position = self._wanted
        if moment.position == position or not position or self._session.index.complete:
            self._wanted = None
            self._get_view().show_value(path_of(moment.state, keys))
