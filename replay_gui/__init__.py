"""The desktop replay debugger for AI-agent runs: its public names. They need no window and import no Qt.

Record a run with Recorder, read it with EventLog, replay and verify it with ReplayEngine. Every error derives from
ReplayError. Importers of other formats are written with `replay_gui.importing`.

Each name is imported when it is first used, so that the window and the commands import only the modules they need.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from replay_gui.version import VERSION

if TYPE_CHECKING:
    from replay_gui.core.divergence.comparison import DivergencePoint
    from replay_gui.core.errors import (
        AnchorRefused,
        AnswerNotRecorded,
        CatalogueRefused,
        EventInvalid,
        ExtraMissing,
        FormatUnknown,
        ImportRefused,
        LogBusy,
        LogChanged,
        LogRefused,
        LogUnreadable,
        NotApplicable,
        NotCanonical,
        NotesRefused,
        NotWritten,
        PatternRefused,
        PositionError,
        ProfileRefused,
        ReplayError,
        RerunRefused,
        RulesRefused,
        SnapshotDamaged,
        TooCostly,
    )
    from replay_gui.core.log.event import Event
    from replay_gui.core.log.kinds import Kind
    from replay_gui.core.log.log_reader import EventLog
    from replay_gui.core.recorder.recorder import Recorder
    from replay_gui.core.replay.snapshots import Snapshot, SnapshotManager
    from replay_gui.core.replay_engine import ReplayEngine
    from replay_gui.core.verification.verification_report import Finding, VerificationReport

__version__ = VERSION

__all__ = [
    "AnchorRefused",
    "AnswerNotRecorded",
    "CatalogueRefused",
    "DivergencePoint",
    "Event",
    "EventInvalid",
    "EventLog",
    "ExtraMissing",
    "Finding",
    "FormatUnknown",
    "ImportRefused",
    "Kind",
    "LogBusy",
    "LogChanged",
    "LogRefused",
    "LogUnreadable",
    "NotApplicable",
    "NotCanonical",
    "NotWritten",
    "NotesRefused",
    "PatternRefused",
    "PositionError",
    "ProfileRefused",
    "Recorder",
    "ReplayEngine",
    "ReplayError",
    "RerunRefused",
    "RulesRefused",
    "Snapshot",
    "SnapshotDamaged",
    "SnapshotManager",
    "TooCostly",
    "VerificationReport",
    "__version__",
]

_MODULES = {
    "DivergencePoint": "replay_gui.core.divergence.comparison",
    "AnchorRefused": "replay_gui.core.errors",
    "AnswerNotRecorded": "replay_gui.core.errors",
    "CatalogueRefused": "replay_gui.core.errors",
    "ExtraMissing": "replay_gui.core.errors",
    "FormatUnknown": "replay_gui.core.errors",
    "NotesRefused": "replay_gui.core.errors",
    "PatternRefused": "replay_gui.core.errors",
    "EventInvalid": "replay_gui.core.errors",
    "ImportRefused": "replay_gui.core.errors",
    "LogBusy": "replay_gui.core.errors",
    "LogChanged": "replay_gui.core.errors",
    "LogRefused": "replay_gui.core.errors",
    "LogUnreadable": "replay_gui.core.errors",
    "NotApplicable": "replay_gui.core.errors",
    "NotCanonical": "replay_gui.core.errors",
    "NotWritten": "replay_gui.core.errors",
    "PositionError": "replay_gui.core.errors",
    "ProfileRefused": "replay_gui.core.errors",
    "ReplayError": "replay_gui.core.errors",
    "RerunRefused": "replay_gui.core.errors",
    "RulesRefused": "replay_gui.core.errors",
    "SnapshotDamaged": "replay_gui.core.errors",
    "TooCostly": "replay_gui.core.errors",
    "Event": "replay_gui.core.log.event",
    "Kind": "replay_gui.core.log.kinds",
    "EventLog": "replay_gui.core.log.log_reader",
    "Recorder": "replay_gui.core.recorder.recorder",
    "ReplayEngine": "replay_gui.core.replay_engine",
    "Snapshot": "replay_gui.core.replay.snapshots",
    "SnapshotManager": "replay_gui.core.replay.snapshots",
    "Finding": "replay_gui.core.verification.verification_report",
    "VerificationReport": "replay_gui.core.verification.verification_report",
}
"""Where each public name is defined."""


def __getattr__(name: str) -> Any:
    """Import a public name at its first use."""
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(_MODULES[name]), name)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
