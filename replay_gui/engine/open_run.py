"""What the engine knows of one open run, and the moments and rows it makes of that."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeAlias

from replay_gui.core.errors import ReplayError
from replay_gui.core.index.index_builder import SNAPSHOTS_FILE, Built
from replay_gui.core.index.index_cache import IndexCache, shown
from replay_gui.core.index.index_columns import IndexView
from replay_gui.core.index.run_index import (
    FLAG_FAILED,
    FLAG_UNREADABLE,
    NO_DURATION,
    NO_PAIR,
    NO_TIME,
    NO_TOOL,
    RunIndex,
)
from replay_gui.core.log.event import Event
from replay_gui.core.log.kinds import KINDS, is_failure
from replay_gui.core.log.log_reader import EventLog
from replay_gui.core.log.source import file_stamp
from replay_gui.core.replay.replay import Effect, Replayer
from replay_gui.core.replay.snapshot_store import SnapshotReader
from replay_gui.core.replay.snapshots import SnapshotManager
from replay_gui.core.state.state import EMPTY
from replay_gui.core.text.event_text import summarize_event
from replay_gui.core.verification.foreign_verdict import foreign_verdict, why_not_verifiable
from replay_gui.core.verification.verification import VALID, VerificationReport
from replay_gui.engine.answers import EventRow, PositionState, Related, Rows, RunFacts, Totals
from replay_gui.engine.gil_yield import GilYield

BIG = 1 << 20  # bytes; a row does not decode a record beyond this
LINKS = 6  # of the events that the current one led to, so many are named
LOOK_AHEAD = 48  # events among which those that the current one led to are looked for
ROWS_LIMIT = 2000  # rows in one answer

Stamp: TypeAlias = tuple[int, int, int, int]
Complain: TypeAlias = Callable[[str], None]


class OpenRun:
    """One log and its index, in the hands of the engine thread alone.

    Attributes:
        number: the run's number. facts: its RunFacts. index, built: its RunIndex so far, and the rest of it.
        broken_from: place of the first event known to be broken; None where none is.
        totals: what it used, once somebody has asked.
        growing: whether its log is still being written, by who converts the file; it may end inside a record then.
    """

    def __init__(
        self,
        number: int,
        log: EventLog,
        facts: RunFacts,
        cache: IndexCache,
        file: Stamp,
        complain: Complain,
        own_hashes: dict[str, Any] | None = None,
        growing: Path | None = None,
    ) -> None:
        """`file`: the stamp of the file at facts.path; `complain` hears of what turned out bad and is done without.

        An index that the cache has of this log is there at once; else it is to be built in `folder`. `growing`: the
        folder where somebody who is still writing the log builds it. `own_hashes`: see Converted.
        """
        self.number = number
        self.facts = facts
        self.broken_from: int | None = None
        self.totals: Totals | None = None
        self.growing = growing is not None
        self._own_hashes = own_hashes
        self._log = log
        self._file = file
        self._complain = complain
        self._dropped = False
        self._cache = cache
        self._stored = SnapshotReader(Path(), self._hash_before)
        self._snapshots = SnapshotManager(self._stored.load, on_dropped=self._on_dropped)
        self._replayer = Replayer(log, self._snapshots, GilYield())
        kept = cache.load(log) if growing is None else None
        if kept is None:
            self._view = IndexView(growing or cache.begin())
            self._use(Built(0, 0, b"", KINDS, (), (), (), ()), RunIndex())
        else:
            self._view, index, built = kept
            self._use(built, index)

    @property
    def log(self) -> EventLog:
        return self._log

    @property
    def folder(self) -> Path:
        """Where index and snapshots are."""
        return self._view.folder

    def grow(self, built: Built, complete: bool, count: int | None = None) -> None:
        """Takes in what has been built; a complete index is kept. OSError or ValueError: the folder lacks it.

        `count`: of so many events all columns are there, if not of all that `built` covers.
        """
        if complete:
            self._view.folder = self._cache.adopt(self._view.folder, self._log)
        self._use(built, shown(self._view, built, complete, count))

    def settle(self, log: EventLog, facts: RunFacts, own_hashes: dict[str, Any] | None) -> None:
        """The growing log is whole now, and has another path, under which it was opened anew."""
        self._log.close()
        self._log, self.facts, self._own_hashes, self.growing = log, facts, own_hashes, False
        self._replayer = Replayer(log, self._snapshots, GilYield())

    def _use(self, built: Built, index: RunIndex) -> None:
        self.built, self.index = built, index
        if self.growing:
            self._log.source.refresh_size()
        self._log.use_offsets(index.offset)
        self._stored.use(self._view.folder / SNAPSHOTS_FILE, list(built.snapshots))
        self._snapshots.offer(list(index.snapshots))

    def changed_on_disk(self) -> bool:
        """Whether the file at the path is no longer the one that was opened."""
        try:
            return file_stamp(os.stat(self.facts.path)) != self._file
        except OSError:
            return True

    def judged(self, report: VerificationReport) -> VerificationReport:
        """The report on the log as what it says of the file that the user opened, which may be another."""
        if self.facts.format == "rlog":
            return report
        if report.verdict == VALID:
            return foreign_verdict(self.facts.path, self._log.header, report.events, self.facts.notes, self._own_hashes)
        damaged = "The copy that this file was converted to is damaged; reload the file to have it converted anew."
        why = why_not_verifiable(self.facts.state)
        return replace(report, run=self.facts.path, notes=(damaged, why, *self.facts.notes))

    def close(self) -> None:
        """Closes the log and removes an index that is not complete or not kept, and a log that never became whole."""
        self._log.close()
        if self.growing:
            shutil.rmtree(self._log.source.path.parent, ignore_errors=True)
        if not self.index.complete or not self._cache.keeps(self._view.folder):
            shutil.rmtree(self._view.folder, ignore_errors=True)  # of no use to anyone, wherever it is stuck

    def _hash_before(self, position: int) -> bytes | None:
        return self._log[position - 1].hash

    def _on_dropped(self, position: int) -> None:
        if not self._dropped:  # one is worth a banner, a hundred are not worth a hundred
            self._complain(f"The state kept at event {position:,} was damaged; an earlier one is used.")
        self._dropped = True

    # ---- moments ---------------------------------------------------------------------------------
    def position_state(self, position: int) -> PositionState:
        """The Moment at `position`, which the index must cover."""
        if position == 0:
            return PositionState(0, None, (), EMPTY.root, (), True, None)
        event = self._log[position - 1]
        effect: Effect = self._replayer.effect(position)
        led_to = self._led_to(event)
        return PositionState(
            position=position,
            event=event,
            related=(*self._related(event), *(_link("led to", later) for later in led_to[:LINKS])),
            state=effect.state.root,
            changes=effect.changes,
            trusted=self.broken_from is None or position <= self.broken_from,
            not_applied=effect.not_applied,
            pair=self._pair(event.index),
            more_led_to=max(0, len(led_to) - LINKS),
        )

    def state(self, position: int) -> Mapping[str, Any]:
        """The root of the state at `position`."""
        return self._replayer.at(position).root

    def _related(self, event: Event) -> Iterator[Related]:
        place = event.index
        cause = self._with_seq(event.parent, place)
        if cause is not None:
            yield _link("caused by", cause)
        pair = int(self.index.pair[place])
        if pair != NO_PAIR and (cause is None or pair != cause.index):
            yield _link("asked in" if pair < place else "answered in", self._log[pair])

    def _led_to(self, event: Event) -> list[Event]:
        """The events not far behind whose parent this one is, but for the answer to it."""
        if event.seq is None:
            return []
        place, pair = event.index, int(self.index.pair[event.index])
        near = range(place + 1, min(place + 1 + LOOK_AHEAD, self.index.count))
        later = (self._log[at] for at in near if at != pair and not self._is_big(at))
        return [other for other in later if other.parent == event.seq]

    def _pair(self, place: int) -> Event | None:
        pair = int(self.index.pair[place])
        return None if pair == NO_PAIR or self._is_big(pair) else self._log[pair]

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
            return replace(row, text=f"({self._size(place) / 1e6:,.1f} MB)", failed=row.failed or is_failure(row.kind))
        try:
            event = self._log[place]
        except ReplayError as why:
            return replace(row, text=str(why), broken=True)
        return replace(row, text=summarize_event(event), failed=row.failed or is_failure(row.kind))

    def _size(self, place: int) -> int:
        offsets = self.index.offset
        end = int(offsets[place + 1]) if place + 1 < len(offsets) else self.built.offset
        return end - int(offsets[place])

    def _is_big(self, place: int) -> bool:
        return self._size(place) > BIG


def _link(label: str, event: Event) -> Related:
    return Related(label, event.index + 1, f"{event.tool or event.kind}  {summarize_event(event)}")
