"""The public engine: replay, verification and comparison of one log."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Self

from replay_gui.core.errors import PositionError
from replay_gui.core.log.event import Event
from replay_gui.core.log.log_reader import EventLog
from replay_gui.core.log.positions import Position, index_after, index_before, position_after, position_before
from replay_gui.core.replay.replayer import Replayer
from replay_gui.core.replay.snapshots import Snapshot, SnapshotManager
from replay_gui.core.translation.messages import trn
from replay_gui.core.verification.verification_report import VerificationReport
from replay_gui.core.verification.verify_log import verify

if TYPE_CHECKING:
    from replay_gui.core.divergence.comparison import DivergencePoint

_SNAPSHOT_BUDGET_BYTES = 64 << 20  # estimated, of the snapshots that replay leaves in memory


class ReplayEngine:
    """Replays a log: all of it, step by step, to any position, or from a snapshot.

    States are dicts and lists of plain values. They share unchanged parts with other states: copy a state before
    you change it. An event that cannot be applied leaves the state unchanged.

    Cost: replay takes about 3 µs per event, and leaves snapshots in memory: every 2,048 events, or fewer long ones; if
    they take too much, every second one is dropped. A step forward applies one event. A step back, and `seek`, replay
    from the nearest known state: a snapshot, or one of the last states visited.

    Attributes:
        log: the EventLog. position: number of applied events, 0 … len(log).
    """

    def __init__(self, log: EventLog, snapshots: SnapshotManager | None = None) -> None:
        """Begin at position 0. `snapshots`: states to seek from, in addition to those that replay leaves in memory."""
        self.log = log
        self.position = Position(0)
        self._given: dict[str, Any] | None = None
        self._replayer = Replayer(
            log, SnapshotManager(budget=_SNAPSHOT_BUDGET_BYTES) if snapshots is None else snapshots
        )

    @classmethod
    def with_state(cls, log: EventLog, state: dict[str, Any]) -> Self:
        """Return an engine that begins with a given state, whose position is the argument of `replay_from`."""
        engine = cls(log)
        engine._given = state
        return engine

    @property
    def state(self) -> dict[str, Any]:
        """The state after the first `position` events."""
        if self._given is not None:
            return self._given
        return self._replayer.state_at(self.position).plain()

    def replay_all(self) -> dict[str, Any]:
        """Replay to the end and return the last state."""
        return self.seek(len(self.log))

    def replay_from(self, position: int) -> dict[str, Any]:
        """Replay from `position` to the end and return the last state.

        The state given to `with_state` is treated as that at `position`; without one, the log's state is used.
        Raises PositionError if the log has no such position.
        """
        if self._given is not None:
            if not 0 <= position <= len(self.log):
                raise PositionError(
                    trn(
                        "no position {position}: the log has {n} event",
                        "no position {position}: the log has {n} events",
                        len(self.log),
                        position=position,
                    )
                )
            snapshots = SnapshotManager()
            snapshots.add(Snapshot("given", self.log.header.run_id, Position(position), self._given))
            self._replayer, self._given = Replayer(self.log, snapshots), None
        return self.replay_all()

    def step(self) -> Event | None:
        """Apply the next event and return it; return None at the end."""
        if self.position >= len(self.log):
            return None
        event = self.log[index_after(self.position)]
        self.seek(position_after(event.index))
        return event

    def step_back(self) -> Event | None:
        """Undo the last event and return it; return None at the beginning."""
        if self.position == 0:
            return None
        undone = index_before(self.position)
        self.seek(position_before(undone))
        return self.log[undone]

    def seek(self, position: int) -> dict[str, Any]:
        """Go to any position and return the state there; raise PositionError if the log has no such position."""
        state = self._replayer.state_at(Position(position))
        self.position, self._given = Position(position), None
        return state.plain()

    def detect_divergence(self, other: ReplayEngine) -> Iterator[DivergencePoint]:
        """Return the differences between this engine's run (A) and the other's (B), in the order of the steps.

        Both logs are read and compared as a whole before the first point is returned.
        """
        from replay_gui.core.divergence.divergence_points import find_divergences  # not needed for replay alone

        return find_divergences(self.log, other.log)

    def verify(self) -> VerificationReport:
        """Check every record, the hash chain, the seal and every recorded state hash.

        Raises LogChanged if the file becomes shorter meanwhile.
        Cost: one pass over the log, which replays it, too; a second one if state hashes are recorded.
        """
        return verify(self.log)
