"""Records of several runs in one file, separated by the run id in each of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeAlias

from replay_gui.core.importers.foreign_file import ForeignFile
from replay_gui.core.importers.import_notes import ImportNotes
from replay_gui.core.translation.messages import translatable

RUN_IDS = (
    *("run_id", "runId", "episode_id", "episodeId", "session_id", "sessionId", "conversation_id", "conversationId"),
    *("thread_id", "threadId", "trace_id", "traceId"),
)
"""Names of the member with the id of the run, the narrowest first."""
SEVERAL_RUNS = translatable("ids of runs in a file that is too large to be sorted by them, read as one run")

_MAX_RUNS = 10_000
_MIN_SHARE_WITH_ID = 0.8  # share of the first records that have the id

Numbered: TypeAlias = tuple[int, Any]


def runs_in(
    file: ForeignFile,
    read: Callable[[ImportNotes], Iterable[Numbered]],
    sample: list[dict[str, Any]],
    notes: ImportNotes,
) -> list[tuple[str, list[Numbered]]]:
    """Return (id, numbered records) of each run, in the order of their first records; [] if there is only one run.

    Args:
        read: begins to read the file's records again. sample: its first records.
    """
    named = [
        name
        for name in RUN_IDS
        if sum(_id(one, name) is not None for one in sample) >= _MIN_SHARE_WITH_ID * len(sample)
    ]
    for name in named if sample else ():
        counts = Counter(_id(record, name) for _, record in read(ImportNotes()))
        known = len(counts) - (None in counts)
        if known == 1:  # a session or a run, even if each request in it has a trace of its own
            return []
        if known > _MAX_RUNS or counts.total() < 2 * known:
            continue
        if file.source.size > file.limits.document:
            notes.count(SEVERAL_RUNS)
            break
        return [*_sorted(read(notes), name)]
    return []


def _sorted(records: Iterable[Numbered], name: str) -> Iterator[tuple[str, list[Numbered]]]:
    runs, before, waiting = dict[str, list[Numbered]](), None, list[Numbered]()
    for number, record in records:
        of = _id(record, name) or before  # a record without an id belongs to the run before it
        if of is None:
            waiting.append((number, record))
            continue
        runs.setdefault(of, []).extend([*waiting, (number, record)])
        before, waiting = of, []
    yield from runs.items()


def _id(record: Any, name: str) -> str | None:
    value = record.get(name) if isinstance(record, dict) else None
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) and value != "" else None
