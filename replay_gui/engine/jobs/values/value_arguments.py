"""The arguments and results of the jobs about single values of the state."""

from __future__ import annotations

from typing import ClassVar

import msgspec

from replay_gui.core.log.positions import EventIndex
from replay_gui.engine.jobs.job_types import JobArguments
from replay_gui.engine.queries.value_messages import ChangeRow


class ValueArguments(JobArguments, frozen=True):
    """The base of the arguments of these jobs; `path`: of the log."""

    path: str


class TraceArguments(ValueArguments, frozen=True):
    """Find the events that changed the value at each of some paths of the state.

    `paths`: the keys of each. `folder`: of the log's index, where the index of all changes is kept.
    """

    job: ClassVar[str] = "trace"
    paths: tuple[tuple[str, ...], ...]
    folder: str


class TraceProgress(msgspec.Struct, frozen=True):
    """How far a trace is, in events; for each path the indexes of the events found since the last of these."""

    done: int
    total: int
    indexes: tuple[tuple[EventIndex, ...], ...]


class ChangesArguments(ValueArguments, frozen=True):
    """List the changes of the value at one path of the state. `keys`: of that path."""

    job: ClassVar[str] = "changes"
    keys: tuple[str, ...]


class ChangesProgress(msgspec.Struct, frozen=True):
    """How far the listing is, in events; the changes found since the last of these."""

    done: int
    total: int
    rows: tuple[ChangeRow, ...]


class OriginArguments(ValueArguments, frozen=True):
    """Find where a value came from. `writer`: the event that wrote it. `texts`: by which it is looked for."""

    job: ClassVar[str] = "value_origin"
    writer: EventIndex
    texts: tuple[str, ...]
