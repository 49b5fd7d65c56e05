"""What the actions of one run do: moving about in it, playing it, and how its timeline shows it."""

from __future__ import annotations

from PySide6.QtCore import QObject, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QWidget

from replay_gui.look.icons import icon
from replay_gui.models.run.playback import Playback
from replay_gui.models.run.visited import VisitedPositions
from replay_gui.models.session import Session
from replay_gui.windows.dialogs.go_to_dialog import GoToDialog
from replay_gui.windows.run_view import RunView

ZOOM, PAN = 0.8, 0.2  # a step in: this share is still shown; a step aside: this share of what is shown


class RunActions(QObject):
    """Does the actions it has a method ``on_NAME`` for, and keeps those in step that change as the run is played."""

    def __init__(
        self,
        session: Session,
        view: RunView,
        playback: Playback,
        actions: dict[str, QAction],
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._session = session
        self._view = view
        self._playback = playback
        self._actions = actions
        self._window = window
        self._visited = VisitedPositions(session, self)
        playback.changed.connect(self._on_playback_changed)
        self._visited.changed.connect(self.refresh)

    @Slot()
    def refresh(self) -> None:
        """Enables what can be done, and shows the icon of what playing would do."""
        self._actions["visited_back"].setEnabled(self._visited.visited.can_go_back)
        self._actions["visited_forward"].setEnabled(self._visited.visited.can_go_forward)
        self._actions["play"].setIcon(icon("pause" if self._playback.playing else "play"))

    @Slot()
    def _on_playback_changed(self) -> None:
        self._visited.strolling = self._playback.playing
        self.refresh()

    # ---- actions ----------------------------------------------------------------------------------
    @Slot()
    def on_first(self) -> None:
        self._session.seek(0)

    @Slot()
    def on_back(self) -> None:
        self._session.step(-1)

    @Slot()
    def on_forward(self) -> None:
        self._session.step(1)

    @Slot()
    def on_last(self) -> None:
        self._session.seek(self._session.index.count)

    @Slot()
    def on_back_in_lane(self) -> None:
        self._session.step_in_lane(-1)

    @Slot()
    def on_forward_in_lane(self) -> None:
        self._session.step_in_lane(1)

    @Slot()
    def on_go_to(self) -> None:
        dialog = GoToDialog(self._session.position, self._session.index.count, self._window)
        dialog.chosen.connect(self._session.seek)
        dialog.open()

    @Slot()
    def on_find_in_state(self) -> None:
        self._view.state.begin_find()

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
        self._view.toggle_facts()

    @Slot()
    def on_fit(self) -> None:
        self._session.fit_view()

    @Slot()
    def on_zoom_in(self) -> None:
        self._session.zoom(ZOOM)

    @Slot()
    def on_zoom_out(self) -> None:
        self._session.zoom(1 / ZOOM)

    @Slot()
    def on_pan_left(self) -> None:
        self._session.pan(-PAN)

    @Slot()
    def on_pan_right(self) -> None:
        self._session.pan(PAN)

    @Slot()
    def on_fold_tools(self) -> None:
        self._view.timeline.toggle_tools()

    @Slot()
    def on_fold_rest(self) -> None:
        self._view.timeline.toggle_rest()

    @Slot()
    def on_show_lanes(self) -> None:
        self._view.timeline.show_all_lanes()
