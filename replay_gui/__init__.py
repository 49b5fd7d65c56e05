"""The desktop replay debugger for AI-agent runs. The names here need no window and import no Qt."""

from replay_gui.core.divergence.comparison import DivergencePoint
from replay_gui.core.errors import ReplayError
from replay_gui.core.event import Event
from replay_gui.core.log_reader import EventLog
from replay_gui.core.recorder import Recorder
from replay_gui.core.replay import ReplayEngine
from replay_gui.core.snapshots import Snapshot, SnapshotManager
from replay_gui.core.verification import VerificationReport

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
