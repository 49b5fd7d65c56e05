"""An open run in the engine: its log and index, and the states and rows read from them."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from dataclasses import replace
from enum import Enum, auto
from pathlib import Path
from typing import Any, TypeAlias

from blake3 import blake3

from replay_gui.core.errors import SnapshotDamaged
from replay_gui.core.importers.side_files import stamps_beside
from replay_gui.core.index.index_builder import SNAPSHOTS_FILE, BuiltIndex
from replay_gui.core.index.index_cache import TABLE, IndexCache, build_run_index, indexed_content
from replay_gui.core.index.index_columns import IndexView
from replay_gui.core.index.run_index import RunIndex, limit_pages, time_since_start
from replay_gui.core.log.event import Event
from replay_gui.core.log.kinds import KINDS
from replay_gui.core.log.large_values import LargeValues
from replay_gui.core.log.log_reader import EventLog
from replay_gui.core.log.magic import OWN_FORMAT
from replay_gui.core.log.positions import FIRST_EVENT, EventIndex, Position, index_before
from replay_gui.core.log.source import file_stamp, touched_at
from replay_gui.core.readable.reading_page import ReadingPage
from replay_gui.core.replay.replayer import EventEffect, Replayer
from replay_gui.core.replay.snapshot_store import SnapshotReader
from replay_gui.core.replay.snapshots import SnapshotManager
from replay_gui.core.state.first_keys import WideMaps
from replay_gui.core.state.state import EMPTY
from replay_gui.core.state.state_changes import StateChanges
from replay_gui.core.state.work_limit import too_costly
from replay_gui.core.translation.messages import tr, translatable
from replay_gui.core.translation.numbers import whole_number
from replay_gui.core.verification.foreign_verification import build_foreign_report, why_not_verifiable
from replay_gui.core.verification.own_hashes import HashChecks
from replay_gui.core.verification.verification_report import VALID, VerificationReport
from replay_gui.engine.answers import EventRow, PositionState, Rows, RunFacts, Totals
from replay_gui.engine.event_reader import EventReader
from replay_gui.engine.gil_yield import GilYield
from replay_gui.engine.panels.event_pages_reader import EventPagesReader
from replay_gui.engine.run_effects import RunEffects

MAX_ROWS = 2000  # rows in one answer

CHANGED = translatable("The file has changed on disk.")
_TOUCHED = translatable("The file was touched on disk; its size and its date are as before.")

Stamp: TypeAlias = tuple[int, int, int, int]
OnWarning: TypeAlias = Callable[[str], None]


class LogGrowth(Enum):
    """Whether the log of an open run grows."""

    NONE = auto()
    BY_CONVERSION = auto()  # a conversion is still writing it, and it may end inside a record
    BY_FOLLOWING = auto()  # its file is, or was, followed; its index is then not kept in the cache


OpenRuns: TypeAlias = "Callable[[], tuple[OpenRun | None, OpenRun | None]]"
"""Returns the open runs of sides A and B."""


class OpenRun:
    """One log and its index. Used on the engine thread alone.

    Attributes:
        number: the run's number. facts: its RunFacts.
        index, built: the RunIndex so far, and its data that is not in columns.
        first_broken: index of the first event known to be broken, or None. wide_maps: of its states.
        totals: tokens and cost, None until they are requested. effects: of its calls.
        growth: whether the log grows.
    """

    def __init__(
        self,
        number: int,
        log: EventLog,
        *,
        facts: RunFacts,
        cache: IndexCache,
        file: Stamp,
        complain: OnWarning,
        values: LargeValues,
        own_hashes: HashChecks | None = None,
        growing: Path | None = None,
    ) -> None:
        """Use the index of this log in the cache; if there is none, it must be built in `folder`.

        Args:
            file: the stamp of the file at facts.path. complain: called with a warning for the user.
            values: decodes the large values of the log and of its snapshots.
            own_hashes: see ConvertedRun. growing: the folder in which a conversion builds the index.
        """
        self.number = number
        self.facts = facts
        self.first_broken: EventIndex | None = None
        self.totals: Totals | None = None
        self.growth = LogGrowth.NONE if growing is None else LogGrowth.BY_CONVERSION
        self._own_hashes = own_hashes
        self._log = log
        self._file = file
        self._touched_at = log.source.changed_at if file == log.source.stamp else touched_at(facts.path)
        self._beside = stamps_beside(Path(facts.path))
        self._complain = complain
        self._dropped = False
        self._second_folder: Path | None = None
        self._pages = EventPagesReader()
        self.wide_maps = WideMaps()
        self._cache = cache
        self._values = values
        self._stored = SnapshotReader(Path(), self._hash_before, values)
        self._snapshots = SnapshotManager(self._stored.load_state, on_dropped=self._on_dropped)
        self._replayer = Replayer(log, self._snapshots, GilYield())
        self.effects = RunEffects(log)
        kept = cache.load_index(log) if growing is None else None
        if kept is None:
            self._view = IndexView(growing or cache.make_building_folder())
            self._use_index(
                BuiltIndex(count=0, offset=0, head=b"", kinds=KINDS, tools=(), phases=(), snapshots=(), not_applied=()),
                RunIndex(),
            )
        else:
            self._view, index, built = kept
            self._use_index(built, index)

    @property
    def log(self) -> EventLog:
        """The log that is read; another object after a reload."""
        return self._log

    @property
    def folder(self) -> Path:
        """The folder of the index and the snapshots."""
        return self._view.folder

    def grow(self, built: BuiltIndex, complete: bool, count: int | None = None) -> None:
        """Use the index built so far; keep a complete one in the cache.

        Args:
            count: the number of events with all columns; by default all that `built` covers.

        Raises:
            OSError, ValueError: the index is not in the folder.
        """
        if self.growth is LogGrowth.BY_FOLLOWING:  # the index may still grow, so a copy is published
            index = build_run_index(self._view, built, False, count)
            self._use_index(built, replace(index, complete=True) if complete else index)
            return
        if complete:
            self._view.folder = self._cache.adopt_folder(self._view.folder, self._log)
        self._use_index(built, build_run_index(self._view, built, complete, count))

    def release_memory(self) -> None:
        """Release what nobody uses of the index, and its mapped columns if they take much memory."""
        self._view.release()
        limit_pages(self.index)

    def follow(
        self,
        built: BuiltIndex,
        folder: Path,
        *,
        facts: RunFacts,
        stamp: Stamp,
        is_whole: bool,
        log: EventLog | None = None,
        own_hashes: HashChecks | None = None,
    ) -> None:
        """Use the data read from a growing file.

        Args:
            built, folder: the index. stamp: of the file when it was read. is_whole: whether the index is complete.
            log: the log that the file was converted to; None: the present log.
        """
        if folder != self._view.folder:
            self._drop_index_folder()
            self._view = IndexView(folder)
        if log is not None:
            self._use_log(log, own_hashes)
        if log is not None or self.growth is not LogGrowth.BY_FOLLOWING:
            self._forget_states()
        self.growth, self.facts, self.totals, self.first_broken = LogGrowth.BY_FOLLOWING, facts, None, None
        self._file, self._touched_at = stamp, touched_at(facts.path)
        self._beside = stamps_beside(Path(facts.path))
        self.grow(built, is_whole)

    def make_second_folder(self) -> Path:
        """Make a folder in which the index is built again while the present one is used; raise LogUnreadable."""
        self._second_folder = self._cache.make_building_folder()
        return self._second_folder

    def use_second_folder(self) -> None:
        """Use the index that was built again; call `grow` next."""
        if self._second_folder is not None:
            self._drop_index_folder()
            self._view, self._second_folder = IndexView(self._second_folder), None
            self._forget_states()

    def _forget_states(self) -> None:
        """Use no state any more that was replayed or read so far."""
        self._stored = SnapshotReader(self._view.folder, self._hash_before, self._values)
        self._snapshots = SnapshotManager(self._stored.load_state, on_dropped=self._on_dropped)
        self._replayer = Replayer(self._log, self._snapshots, GilYield())

    def _drop_index_folder(self) -> None:
        """Remove an index that is incomplete or not in the cache: it is not used again."""
        if not self.index.complete or not self._cache.is_cached(self._view.folder):
            shutil.rmtree(self._view.folder, ignore_errors=True)

    def finish_growing(self, log: EventLog, facts: RunFacts, own_hashes: HashChecks | None) -> None:
        """Use the complete log, which was opened again because its path has changed."""
        self._use_log(log, own_hashes)
        self.facts, self.growth = facts, LogGrowth.NONE
        self._replayer = Replayer(log, self._snapshots, GilYield())

    def _use_log(self, log: EventLog, own_hashes: HashChecks | None) -> None:
        """Read this log instead of the present one."""
        self._log.close()
        log.use_decoder(self._values.decode)
        self._log, self._own_hashes = log, own_hashes
        self.effects.use_log(log)

    def _use_index(self, built: BuiltIndex, index: RunIndex) -> None:
        self.built, self.index = built, index
        if self.growth is not LogGrowth.NONE:
            self._log.source.refresh_size()
        self._log.use_offsets(index.offset)
        self._stored.set_table(self._view.folder / SNAPSHOTS_FILE, list(built.snapshots))
        self._snapshots.set_stored(list(index.snapshots))

    def change_on_disk(self) -> str:
        """Return the change of the file or of its journal since it was opened, a message in English; "" for none."""
        try:
            facts = Path(self.facts.path).stat()
        except OSError:
            facts = None
        if facts is None or file_stamp(facts) != self._file or stamps_beside(Path(self.facts.path)) != self._beside:
            return CHANGED
        # An editor of the file can reset its date, but not this time. (Links and permissions change it too.)
        is_touched = facts.st_ctime_ns != self._touched_at
        return _TOUCHED if is_touched else ""

    @property
    def stamp(self) -> Stamp:
        """The stamp that identifies the state of the file that was read."""
        return self._file

    def has_grown_on_disk(self) -> bool:
        """Return whether the file at the path is the opened one, with more bytes."""
        try:
            facts = Path(self.facts.path).stat()
        except OSError:
            return False
        return (facts.st_dev, facts.st_ino) == self._file[:2] and facts.st_size > self._file[2]

    def report_on_opened_file(self, report: VerificationReport) -> VerificationReport:
        """Return the report on the file that the user opened, made from the report on the log."""
        if self.facts.format == OWN_FORMAT:
            return report
        if report.verdict == VALID:
            return build_foreign_report(
                self.facts.path, self._log.header, report.events, self.facts.notes, self._own_hashes
            )
        damaged = tr("The copy that this file was converted to is damaged; reload the file to have it converted anew.")
        why = why_not_verifiable(self.facts.state)
        return replace(report, run=self.facts.path, notes=(damaged, why, *self.facts.notes))

    def drop_stale_index(self, file_blake3: str) -> bool:
        """Remove the kept index if it was built from other bytes than the log has now; return whether it was."""
        content = indexed_content(self._view.folder)
        if not self.index.complete or content is None or content == file_blake3:
            return False
        self.drop_index()
        return True

    def drop_index(self) -> None:
        """Drop the kept states, which are false: from now on, states are replayed from the log's own events."""
        (self._view.folder / TABLE).unlink(missing_ok=True)  # so that the index is rebuilt
        self._snapshots = SnapshotManager()
        self._replayer = Replayer(self._log, self._snapshots, GilYield())

    def close(self) -> None:
        """Close the log; remove an index that is incomplete or not in the cache, and a log that never became whole."""
        self._log.close()
        if self.growth is LogGrowth.BY_CONVERSION:
            shutil.rmtree(self._log.source.path.parent, ignore_errors=True)
        self._drop_index_folder()
        if self._second_folder is not None:
            shutil.rmtree(self._second_folder, ignore_errors=True)

    def _hash_before(self, position: Position) -> bytes | None:
        return self._log.head_at(int(self._log.offsets[index_before(position)]))[0]

    def _on_dropped(self, position: Position) -> None:
        if not self._dropped:  # only the first problem is reported
            event = whole_number(position)
            self._complain(tr("The cached state at event {event} was damaged; an earlier one is used.", event=event))
        self._dropped = True

    # ---- states ---------------------------------------------------------------------------------
    def position_state(self, position: Position) -> PositionState:
        """Return the state at `position`, or at the end of the index; raise ReplayError if it cannot be read."""
        position = Position(min(max(position, 0), self.index.count))
        while True:
            try:
                return self._position_state(position)
            except SnapshotDamaged:  # in what is read of the state to be shown
                if not self._replayer.drop_damaged(position):
                    raise

    def _position_state(self, position: Position) -> PositionState:
        if position == 0:
            return PositionState(
                position=Position(0),
                event=None,
                related=(),
                state=EMPTY.root,
                changes=StateChanges(),
                trusted=True,
                not_applied=None,
            )
        self._check_replayed(position)
        event = self._log[index_before(position)]
        effect: EventEffect = self._replayer.effect_at(position)
        events, root = self._events, effect.state.root
        pair = events.paired_event(event.index)
        related, more_led_to = events.related(event)
        changes = StateChanges(effect.changes).prepare()
        return PositionState(
            position=position,
            event=event,
            related=related,
            state=root,
            changes=changes,
            trusted=self.first_broken is None or position <= self.first_broken,
            not_applied=effect.not_applied,
            pair=pair,
            effect=self.effects.finding(event),
            more_changes=effect.more_changes,
            more_led_to=more_led_to,
            reading=self._pages.begin(event, pair, self._since(event)),
            first_keys=self.wide_maps.first_keys(root, changes.touched),
            content_hash=blake3(event.content).hexdigest() if event.content else "",
        )

    def read_on(self, position: Position, after: int) -> ReadingPage:
        """Return the text after `after` lines of the event at `position`; raise ReplayError if it cannot be read."""
        event = self._log[index_before(position)]
        return self._pages.read_on(event, self._events.paired_event(event.index), self._since(event), after)

    def _since(self, event: Event) -> int | None:
        return time_since_start(self.index, event.index)

    def state_at(self, position: Position) -> Mapping[str, Any]:
        """Return the root of the state at `position`; raise ReplayError if it cannot be read."""
        self._check_replayed(position)
        return self._replayer.state_at(position).root

    def _check_replayed(self, position: Position) -> None:
        """Raise TooCostly for events after the one at which the index pass stopped replaying."""
        stopped = self.built.stopped
        if stopped is not None and position > stopped:
            raise too_costly(Path(self.facts.path), stopped)

    @property
    def _events(self) -> EventReader:
        return EventReader(self._log, self.index, self.built.offset, self.effects)

    def row(self, event_index: EventIndex) -> EventRow:
        """Return the row of an event, which must exist."""
        return self._events.row(event_index)

    def rows(self, start: EventIndex, stop: EventIndex) -> Rows:
        """Return the rows of the events start … stop - 1, clamped to the index and to MAX_ROWS."""
        start = max(FIRST_EVENT, start)
        indexes = range(start, min(stop, self.index.count, start + MAX_ROWS))
        events = self._events
        return Rows(start, tuple(events.row(EventIndex(event_index)) for event_index in indexes))
