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

    `paths`: the keys of each. `folder`: of the log's index. `count`: the number of events of that index.
    """

    job: ClassVar[str] = "trace"
    paths: tuple[tuple[str, ...], ...]
    folder: str
    count: int


class TraceProgress(msgspec.Struct, frozen=True):
    """The progress of a trace, in events; for each path the indexes found since the last TraceProgress."""

    done: int
    total: int
    indexes: tuple[tuple[EventIndex, ...], ...]


class ChangesArguments(ValueArguments, frozen=True):
    """List the changes of the value at one path of the state.

    `keys`: of that path. `folder`, `count`: as in TraceArguments.
    """

    job: ClassVar[str] = "changes"
    keys: tuple[str, ...]
    folder: str
    count: int


class ChangesProgress(msgspec.Struct, frozen=True):
    """The progress of the listing, in events; the changes found since the last ChangesProgress."""

    done: int
    total: int
    rows: tuple[ChangeRow, ...]


class OriginArguments(ValueArguments, frozen=True):
    """Find the origin of a value. `writer`: the event that wrote it. `texts`: the texts to search for."""

    job: ClassVar[str] = "value_origin"
    writer: EventIndex
    texts: tuple[str, ...]
