"""Whether the file of the open run is followed while it grows, and how often the window shows its new events."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import assert_never

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from replay_gui.core.log.positions import EventIndex
from replay_gui.engine.answers import IndexGrew
from replay_gui.engine.follower.follow_messages import FileGrew, Followed, FollowState, StopFollowing
from replay_gui.engine.requests import CheckFile
from replay_gui.models.file_watch import FileWatch

_REST_FACTOR = 4  # the window's thread is left to other work for this multiple of the time that showing the events took
_MAX_REST_S = 0.2
_MIN_COST_S = 0.002  # below this, no pause is needed


class RunFollowing(QObject):
    """Watches the open run's file: the engine follows it if it grows; any other change is reported to the user.

    Attributes:
        state: whether it is followed now. enabled: whether growing files are followed.
        reports_growth: whether `file_grew`, instead of an alert, reports growth of a file that is not followed.

    Signals:
        changed(): `state` has changed. grew(object): an IndexGrew that the window must use now.
        file_grew(): the file has grown, and is not followed.
    """

    changed = Signal()
    grew = Signal(object)
    file_grew = Signal()

    def __init__(
        self, send: Callable[[str, CheckFile | StopFollowing], None], enabled: bool, parent: QObject | None = None
    ) -> None:
        """`send`: sends a request about the open run, by a key."""
        super().__init__(parent)
        self._send, self.enabled = send, enabled
        self.state, self.reports_growth = FollowState.OFF, False
        self._path = ""
        self._watch = FileWatch(self)
        self._watch.settled.connect(self.check)
        self._waiting: IndexGrew | None = None
        self._rest = QTimer(self, singleShot=True)
        self._rest.timeout.connect(self._on_rested)

    @property
    def is_on(self) -> bool:
        """Whether the file is followed."""
        return self.state is not FollowState.OFF

    def watch(self, path: str) -> None:
        """Watch the file of another run; "": none."""
        self._waiting, self._path = None, path
        self._rest.stop()
        self._watch.watch(path)
        self._show(FollowState.OFF)

    def enable(self, enabled: bool) -> None:
        """Switch following on or off; once it is off, a followed file is read to its present end."""
        if enabled == self.enabled:
            return
        self.enabled = enabled
        if not self._path:
            return
        if enabled:
            self.check()
        else:  # even if it is not followed yet: the engine may be about to begin
            self._send("follow", StopFollowing())

    @Slot()
    def check(self) -> None:
        """Ask the engine to compare the file with the one that was opened."""
        self._send("check", CheckFile(self.enabled, self.reports_growth))

    def on_following_message(self, message: IndexGrew | Followed | FileGrew) -> None:
        """Handle a message of the engine about the file."""
        match message:
            case IndexGrew():
                self._take_growth(message)
            case Followed(state):
                self._take_state(state)
            case FileGrew():
                self.file_grew.emit()
            case _:
                assert_never(message)

    def _take_state(self, state: FollowState) -> None:
        """Set whether the engine follows the file; as long as it does, the window does not watch it."""
        if (state is FollowState.OFF) != (self.state is FollowState.OFF):
            self._watch.watch(self._path if state is FollowState.OFF else "")
        self._show(state)

    def _show(self, state: FollowState) -> None:
        if state is not self.state:
            self.state = state
            self.changed.emit()

    # ---- new events ---------------------------------------------------------------------------------
    def _take_growth(self, grown: IndexGrew) -> None:
        """Emit `grew` now; while events are being added, later if that took long, and once for several."""
        if self._waiting is not None:
            firsts = [first for first in (self._waiting.first_changed, grown.first_changed) if first is not None]
            grown = IndexGrew(grown.index, EventIndex(min(firsts)) if firsts else None)
        if self.state is FollowState.GROWING and self._rest.isActive():
            self._waiting = grown
            return
        self._waiting = None
        begun = time.thread_time()
        self.grew.emit(grown)
        took = time.thread_time() - begun
        if took > _MIN_COST_S:
            self._rest.start(round(1000 * min(_REST_FACTOR * took, _MAX_REST_S)))

    @Slot()
    def _on_rested(self) -> None:
        if self._waiting is not None:
            self._take_growth(self._waiting)
