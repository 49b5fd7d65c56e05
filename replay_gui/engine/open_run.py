"""What the engine knows of one open run, and the moments and rows it makes of that."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TypeAlias

from replay_gui.core.errors import ReplayError
from replay_gui.core.event import Event
from replay_gui.core.index_builder import SNAPSHOTS_FILE, Built
from replay_gui.core.index_columns import IndexView
from replay_gui.core.log_reader import EventLog
from replay_gui.core.replay import Effect, Replayer
from replay_gui.core.run_index import FLAG_FAILED, FLAG_UNREADABLE, NO_DURATION, NO_PAIR, NO_TIME, NO_TOOL, RunIndex
from replay_gui.core.snapshot_store import SnapshotReader
from replay_gui.core.snapshots import SnapshotManager
from replay_gui.core.source import stamp
from replay_gui.core.state import EMPTY
from replay_gui.engine.answers import EventRow, Moment, Related, Rows, RunFacts
from replay_gui.engine.summaries import summary

BIG = 1 << 20  # bytes; a row does not decode a record beyond this
LOOK_AHEAD = 32  # events among which those that the current one led to are looked for
ROWS_LIMIT = 2000  # rows in one answer

Stamp: TypeAlias = tuple[int, int, int, int]

_ALWAYS_FAILED = frozenset({"Error", "CapabilityDenied"})


class OpenRun:
    """One log and its index, in the hands of the engine thread alone.

    Attributes:
        number: the run's number. facts: its RunFacts. index: its RunIndex so far.
        broken_from: place of the first event known to be broken; None where none is.
    """

    def __init__(
        self, number: int, log: EventLog, facts: RunFacts, folder: Path, file: Stamp, complain: Callable[[str], None]
    ) -> None:
        """`folder` is where index and snapshots are built; `file` the stamp that the file at facts.path had.

        `complain` hears, in words, of what turned out bad and is done without.
        """
        self.number = number
        self.facts = facts
        self.index = RunIndex()
        self.broken_from: int | None = None
        self._log = log
        self._file = file
        self._complain = complain
        self._view = IndexView(folder)
        self._stored = SnapshotReader(folder / SNAPSHOTS_FILE, self._hash_before)
        self._snapshots = SnapshotManager(self._stored.load, on_dropped=self._on_dropped)
        self._replayer = Replayer(log, self._snapshots)
        log.use_offsets(self.index.offset)

    @property
    def job_args(self) -> dict[str, str]:
        """What a job on this run must know."""
        return {"path": str(self._log.source.path), "folder": str(self._view.folder)}

    def grow(self, built: Built, complete: bool) -> None:
        """Takes in what has been built; OSError or ValueError where the folder does not hold it."""
        kept = [entry.position for entry in built.snapshots]
        self.index = self._view.grow(built.count, built.kinds, built.tools, built.phases, tuple(kept), complete)
        self._log.use_offsets(self.index.offset)
        self._stored.use(self._view.folder / SNAPSHOTS_FILE, list(built.snapshots))
        self._snapshots.offer(kept)

    def changed_on_disk(self) -> bool:
        """Whether the file at the path is no longer the one that was opened."""
        try:
            return stamp(os.stat(self.facts.path)) != self._file
        except OSError:
            return True

    def close(self) -> None:
        """Closes the log and removes what was built."""
        self._log.close()
        shutil.rmtree(self._view.folder, ignore_errors=True)  # it is of no use to anyone, wherever it is stuck

    def _hash_before(self, position: int) -> bytes | None:
        return self._log[position - 1].hash

    def _on_dropped(self, position: int) -> None:
        self._complain(f"The state kept at event {position:,} was damaged; an earlier one is used.")

    # ---- moments ---------------------------------------------------------------------------------
    def moment(self, position: int) -> Moment:
        """The Moment at `position`, which the index must cover."""
        if position == 0:
            return Moment(0, None, (), EMPTY.root, (), True, None)
        event = self._log[position - 1]
        effect: Effect = self._replayer.effect(position)
        return Moment(
            position=position,
            event=event,
            related=tuple(self._related(event)),
            state=effect.state.root,
            changes=effect.changes,
            trusted=self.broken_from is None or position <= self.broken_from,
            not_applied=effect.not_applied,
        )

    def _related(self, event: Event) -> Iterator[Related]:
        place = event.position
        cause = self._with_seq(event.parent, place)
        if cause is not None:
            yield _link("caused by", cause)
        pair = int(self.index.pair[place])
        if pair != NO_PAIR and (cause is None or pair != cause.position):
            yield _link("asked in" if pair < place else "answered in", self._log[pair])
        if event.seq is None:
            return
        for later in range(place + 1, min(place + 1 + LOOK_AHEAD, self.index.count)):
            if later != pair and not self._is_big(later) and self._log[later].parent == event.seq:
                yield _link("led to", self._log[later])
                return

    def _with_seq(self, seq: int | None, before: int) -> Event | None:
        """The event with this seq. In a sound log that is its place; after damage it is looked for nowhere else."""
        if seq is None or seq >= before or self._log[seq].seq != seq:
            return None
        return self._log[seq]

    # ---- rows ------------------------------------------------------------------------------------
    def rows(self, start: int, stop: int) -> Rows:
        """Rows start … stop - 1, clamped to the index and to ROWS_LIMIT."""
        start = max(0, start)
        stop = min(stop, self.index.count, start + ROWS_LIMIT)
        return Rows(start, tuple(self._row(place) for place in range(start, stop)))

    def _row(self, place: int) -> EventRow:
        index = self.index
        tool, time, duration = int(index.tool[place]), int(index.time[place]), int(index.duration[place])
        row = EventRow(
            position=place + 1,
            kind=index.kinds[int(index.kind[place])],
            tool=None if tool == NO_TOOL else index.tools[tool],
            text="",
            time=None if time == NO_TIME else time,
            duration=None if duration == NO_DURATION else duration,
            failed=bool(index.flags[place] & FLAG_FAILED),
            broken=bool(index.flags[place] & FLAG_UNREADABLE),
        )
        if self._is_big(place):
            return replace(row, text=f"({self._size(place) / 1e6:,.1f} MB)", failed=row.failed or _failed(row.kind))
        try:
            event = self._log[place]
        except ReplayError as why:
            return replace(row, text=str(why), broken=True)
        return replace(row, text=summary(event), failed=row.failed or _failed(row.kind))

    def _size(self, place: int) -> int:
        offsets = self.index.offset
        end = int(offsets[place + 1]) if place + 1 < len(offsets) else self._log.source.size
        return end - int(offsets[place])

    def _is_big(self, place: int) -> bool:
        return self._size(place) > BIG


def _failed(kind: str) -> bool:
    return kind in _ALWAYS_FAILED


def _link(label: str, event: Event) -> Related:
    return Related(label, event.position + 1, f"{event.tool or event.kind}  {summary(event)}")
