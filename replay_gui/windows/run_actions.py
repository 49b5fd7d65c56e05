"""The actions of one run: moving in it, playing it, and choices of its timeline."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QWidget

from replay_gui.core.log.positions import Position
from replay_gui.look.icons import icon
from replay_gui.models.run.playback import Playback
from replay_gui.models.run.position_history import PositionHistory
from replay_gui.models.session import Session
from replay_gui.windows.actions import Handlers

if TYPE_CHECKING:
    from replay_gui.windows.run_view import RunView

_ZOOM_FACTOR = 0.8  # share of the visible range that is left after zooming in by one step
_PAN_SHARE = 0.2  # share of the visible range by which one step pans


class RunActions(QObject):
    """The slots of these actions; enables the available ones.

    `get_view` returns the page of the run, which is built when it is first needed.

    Signals: search_wanted(str): go to the next event with this text.
    """

    search_wanted = Signal(str)

    def __init__(
        self,
        session: Session,
        get_view: Callable[[], RunView],
        playback: Playback,
        actions: dict[str, QAction],
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._session = session
        self._get_view = get_view
        self._playback = playback
        self._actions = actions
        self._window = window
        self._visited = PositionHistory(session, self)
        playback.changed.connect(self._on_playback_changed)
        self._visited.changed.connect(self.refresh)

    @property
    def handlers(self) -> Handlers:
        """The slots of the actions of one run."""
        return {
            "first": self.on_first,
            "back": self.on_back,
            "forward": self.on_forward,
            "last": self.on_last,
            "back_in_lane": self.on_back_in_lane,
            "forward_in_lane": self.on_forward_in_lane,
            "go_to": self.on_go_to,
            "find_in_state": self.on_find_in_state,
            "next_error": self.on_next_error,
            "previous_error": self.on_previous_error,
            "visited_back": self.on_visited_back,
            "visited_forward": self.on_visited_forward,
            "play": self.on_play,
            "slower": self.on_slower,
            "faster": self.on_faster,
            "axis": self.on_axis,
            "run_facts": self.on_run_facts,
            "fit": self.on_fit,
            "zoom_in": self.on_zoom_in,
            "zoom_out": self.on_zoom_out,
            "sum_up": self.on_sum_up,
            "zoom_to_range": self.on_zoom_to_range,
            "pan_left": self.on_pan_left,
            "pan_right": self.on_pan_right,
            "fold_tools": self.on_fold_tools,
            "fold_rest": self.on_fold_rest,
            "show_lanes": self.on_show_lanes,
        }

    @Slot()
    def refresh(self) -> None:
        """Enable the actions that are available now; the icon of "play" shows its next effect."""
        self._actions["visited_back"].setEnabled(self._visited.visited.can_go_back)
        self._actions["visited_forward"].setEnabled(self._visited.visited.can_go_forward)
        self._actions["play"].setIcon(icon("pause" if self._playback.playing else "play"))

    @Slot()
    def _on_playback_changed(self) -> None:
        self._visited.is_stepping = self._playback.playing
        self.refresh()

    # ---- actions ----------------------------------------------------------------------------------
    @Slot()
    def on_first(self) -> None:
        self._session.seek(Position(0))

    @Slot()
    def on_back(self) -> None:
        self._session.step(-1)

    @Slot()
    def on_forward(self) -> None:
        self._session.step(1)

    @Slot()
    def on_last(self) -> None:
        self._session.seek(Position(self._session.index.count))

    @Slot()
    def on_back_in_lane(self) -> None:
        self._session.step_in_lane(-1)

    @Slot()
    def on_forward_in_lane(self) -> None:
        self._session.step_in_lane(1)

    @Slot()
    def on_go_to(self) -> None:
        from replay_gui.windows.dialogs.go_to_dialog import GoToDialog

        session = self._session
        run_id = "" if session.facts is None else session.facts.run_id
        first_broken = None if session.report is None else session.report.first_broken
        dialog = GoToDialog(session.index, session.position, self._window, run_id, first_broken)
        dialog.chosen.connect(session.seek)
        dialog.search_wanted.connect(self.search_wanted)
        dialog.open()

    @Slot()
    def on_find_in_state(self) -> None:
        self._get_view().state.begin_find()

    @Slot()
    def on_next_error(self) -> None:
        self._session.step_to_error(forward=True)

    @Slot()
    def on_previous_error(self) -> None:
        self._session.step_to_error(forward=False)

    @Slot()
    def on_visited_back(self) -> None:
        self._visited.back()

    @Slot()
    def on_visited_forward(self) -> None:
        self._visited.forward()

    @Slot()
    def on_play(self) -> None:
        self._playback.toggle()

    @Slot()
    def on_slower(self) -> None:
        self._playback.slower()

    @Slot()
    def on_faster(self) -> None:
        self._playback.faster()

    @Slot()
    def on_axis(self) -> None:
        self._session.set_axis("time" if self._session.axis == "number" else "number")

    @Slot()
    def on_run_facts(self) -> None:
        self._get_view().toggle_facts()

    @Slot()
    def on_fit(self) -> None:
        self._session.fit_view()

    @Slot()
    def on_zoom_in(self) -> None:
        self._session.zoom(_ZOOM_FACTOR)

    @Slot()
    def on_zoom_out(self) -> None:
        self._session.zoom(1 / _ZOOM_FACTOR)

    @Slot()
    def on_sum_up(self) -> None:
        """Sum up the visible range, or remove the chosen range."""
        if self._session.chosen is None:
            self._session.choose_range(*self._session.view)
        else:
            self._session.forget_range()

    @Slot()
    def on_zoom_to_range(self) -> None:
        self._session.zoom_to_range()

    @Slot()
    def on_pan_left(self) -> None:
        self._session.pan(-_PAN_SHARE)

    @Slot()
    def on_pan_right(self) -> None:
        self._session.pan(_PAN_SHARE)

    @Slot()
    def on_fold_tools(self) -> None:
        self._get_view().timeline.toggle_tools()

    @Slot()
    def on_fold_rest(self) -> None:
        self._get_view().timeline.toggle_rest()

    @Slot()
    def on_show_lanes(self) -> None:
        self._get_view().timeline.show_all_lanes()
