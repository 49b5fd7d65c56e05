"""From a path to an open run: which format it is, and what the run says of itself."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

import platformdirs

from replay_gui.core.event import Event
from replay_gui.core.log_reader import EventLog
from replay_gui.engine.answers import RunFacts
from replay_gui.engine.open_run import OpenRun
from replay_gui.engine.summaries import one_line


def opened(number: int, path: str, complain: Callable[[str], None]) -> OpenRun:
    """The replay log at `path`; a ReplayError says why not. `complain`: see OpenRun."""
    log = EventLog.open(path)
    try:
        return OpenRun(number, log, facts_of(log, path), _new_folder(), log.source.stamp, complain)
    except BaseException:
        log.close()
        raise


def facts_of(log: EventLog, path: str) -> RunFacts:
    """What header and first event say. `path` is what the user opened."""
    header = log.header
    start = len(header.raw)
    first = log.event_at(0, start) if log.source.size > start else None
    return RunFacts(
        path=path,
        name=Path(path).name,
        run_id=header.run_id,
        format="rlog",
        origin=header.origin,
        source=_source_in_words(header.source),
        notes=(),
        agent_type=_agent(first, "agent_type"),
        agent_version=_agent(first, "agent_version"),
        size=log.source.size,
        created=header.created,
    )


def _new_folder() -> Path:
    """A folder for what is derived from one log, in the user's cache, for the user's eyes only."""
    parent = Path(platformdirs.user_cache_dir("replay-gui"))
    parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    return Path(tempfile.mkdtemp(prefix="run-", dir=parent))


def _agent(first: Event | None, name: str) -> str:
    value = first.payload.get(name) if first is not None and first.kind == "AgentInit" else None
    return value if isinstance(value, str) else ""


def _source_in_words(source: object) -> str:
    match source:
        case None:
            return ""
        case str():
            return one_line(source)
        case dict():
            return one_line(", ".join(f"{key} {value}" for key, value in source.items()))
    return one_line(repr(source))
