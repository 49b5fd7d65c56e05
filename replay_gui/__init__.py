"""The desktop replay debugger for AI-agent runs. The names here need no window and import no Qt."""

from replay_gui.core.divergence.comparison import DivergencePoint
from replay_gui.core.errors import ReplayError
from replay_gui.core.log.event import Event
from replay_gui.core.log.log_reader import EventLog
from replay_gui.core.recorder.recorder import Recorder
from replay_gui.core.replay.replay import ReplayEngine
from replay_gui.core.replay.snapshots import Snapshot, SnapshotManager
from replay_gui.core.verification.verification import VerificationReport

__all__ = [
    "DivergencePoint",
    "Event",
    "EventLog",
    "Recorder",
    "ReplayEngine",
    "ReplayError",
    "Snapshot",
    "SnapshotManager",
    "VerificationReport",
]
