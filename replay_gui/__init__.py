"""The desktop replay debugger for AI-agent runs. The names here need no window and import no Qt.

Each is imported when it is first used: the window and the commands start faster without those that they do not need.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
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

_MODULES = {
    "DivergencePoint": "replay_gui.core.divergence.comparison",
    "Event": "replay_gui.core.log.event",
    "EventLog": "replay_gui.core.log.log_reader",
    "Recorder": "replay_gui.core.recorder.recorder",
    "ReplayEngine": "replay_gui.core.replay.replay",
    "ReplayError": "replay_gui.core.errors",
    "Snapshot": "replay_gui.core.replay.snapshots",
    "SnapshotManager": "replay_gui.core.replay.snapshots",
    "VerificationReport": "replay_gui.core.verification.verification",
}


def __getattr__(name: str) -> Any:
    """Import a public name at its first use."""
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(_MODULES[name]), name)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
