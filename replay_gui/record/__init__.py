"""Recording any agent, and running it again from its log.

    import replay_gui.record
    replay_gui.record.start("run.rlog")

records the calls of this process to models and tools from here on; ``resources/docs/recording.md`` lists what is
recorded and what is not. With ``replay-gui record -- COMMAND``, no line of code is needed. Each name is imported when
it is first used.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from replay_gui.record.matcher.first_difference import DiffersFromRecord
    from replay_gui.record.receiver.span_processor import span_processor
    from replay_gui.record.recording import run, start, stop
    from replay_gui.record.rerunning import rerun
    from replay_gui.record.tools import tool

__all__ = ["DiffersFromRecord", "rerun", "run", "span_processor", "start", "stop", "tool"]

_MODULES = {
    "DiffersFromRecord": "matcher.first_difference",
    "rerun": "rerunning",
    "run": "recording",
    "span_processor": "receiver.span_processor",
    "start": "recording",
    "stop": "recording",
    "tool": "tools",
}


def __getattr__(name: str) -> Any:
    """Import a public name at its first use."""
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
