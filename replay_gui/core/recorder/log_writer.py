"""Writing a log: append-only, one complete record per write, so that a killed run leaves a log that opens."""

from __future__ import annotations

import os
import time as clock
import uuid
from types import TracebackType
from typing import Any, Self

from replay_gui.core.errors import EventInvalid, LogRefused, LogUnreadable, NotApplicable, NotCanonical
from replay_gui.core.log.canonical import encode, encode_event, encode_limited, encode_sorted
from replay_gui.core.log.chain import digest, record_hash, seal_hash
from replay_gui.core.log.event import decode_event
from replay_gui.core.log.fast_events import EventDecoder
from replay_gui.core.log.fast_metas import decode_fast_metas
from replay_gui.core.log.framing import MAX_RECORD_BYTES
from replay_gui.core.log.header import encode_header, read_header
from replay_gui.core.log.positions import FIRST_EVENT
from replay_gui.core.log.scanner import Block, Ending, Skipped, scan_log
from replay_gui.core.log.source import Source
from replay_gui.core.recorder.log_file import LogFile, sync_folder
from replay_gui.core.state.draft import Draft
from replay_gui.core.state.reducer import REDUCER, apply_event
from replay_gui.core.state.state import EMPTY
from replay_gui.core.state.state_hash import RecordedHashes
from replay_gui.core.translation.messages import tr
from replay_gui.core.verification.integrity import Integrity


class LogWriter:
    """Append events to one log file, to which only it may write. A context manager: see __exit__.

    Attributes:
        path: of the file. run_id: the log's. count: events written so far. head: hash of the last record.
    """

    def __init__(
        self, path: str | os.PathLike[str], facts: dict[str, Any], *, state_hash_every: int = 1, fsync: bool = False
    ) -> None:
        """Begin a new log.

        Raises LogRefused if the file exists and is not empty, LogUnreadable if it cannot be written, LogBusy if another
        process is writing it, NotCanonical if `facts` are not valid for a header.

        Args:
            facts: the header's map; run_id is required, reducer and version are filled in.
            state_hash_every: record a state hash with every n-th event (1: each, 0: never).
            fsync: also wait until each event is on the disk.
        """
        raw = encode_header({**facts, "reducer": REDUCER})
        self._prepare(LogFile(path, create=True, fsync=fsync), state_hash_every)
        if self._file.has_bytes():
            self.close()
            raise LogRefused(tr("{path}: exists already; give another name, or resume it", path=self.path))
        self.run_id, self.head = str(facts["run_id"]), digest(raw)
        self._file.append(raw)
        if fsync:
            try:
                sync_folder(self.path)
            except LogUnreadable:
                self.close()
                raise

    @classmethod
    def resume(cls, path: str | os.PathLike[str], *, state_hash_every: int = 1, fsync: bool = False) -> Self:
        """Continue an unsealed log: remove an incomplete record at the end, and replay the existing events.

        Raises LogRefused if the log is sealed or damaged, LogBusy if another process is writing it,
        LogUnreadable if it cannot be read or written.
        """
        writer = cls.__new__(cls)
        writer._prepare(LogFile(path, create=False, fsync=fsync), state_hash_every)
        try:
            writer._read_whole_log()
        except BaseException:
            writer.close()
            raise
        return writer

    def _prepare(self, file: LogFile, state_hash_every: int) -> None:
        self._file, self.path = file, file.path
        self.count = 0
        self._every = state_hash_every
        self._draft = Draft(EMPTY)
        self._hashes = RecordedHashes({})

    def _read_whole_log(self) -> None:
        with Source(self.path) as source:
            header = read_header(source)
            if header.reducer != REDUCER:
                raise LogRefused(
                    tr("{path}: its reducer {reducer!r} is not known here", path=self.path, reducer=header.reducer)
                )
            self.run_id, self.head = header.run_id, header.hash
            integrity, decode = Integrity(index=FIRST_EVENT, previous=header.hash), EventDecoder().decode
            for part in scan_log(source, len(header.raw), FIRST_EVENT, header.hash):
                if isinstance(part, Skipped) or (isinstance(part, Ending) and part.seal is not None):
                    at = {"path": self.path, "offset": part.offset}
                    if isinstance(part, Skipped):
                        raise LogRefused(tr("{path}: is damaged at byte {offset}, so it cannot be continued", **at))
                    raise LogRefused(tr("{path}: is sealed at byte {offset}, so it cannot be continued", **at))
                if isinstance(part, Block):
                    integrity.check_block(part, decode_fast_metas(part.metas), decode(part.contents))
                    for fault in integrity.faults:
                        problem = tr("event {event}: {problem}", event=fault.event_index, problem=fault.problem)
                        raise LogRefused(tr("{path}: cannot be continued, {problem}", path=self.path, problem=problem))
                    self._replay(part)
                else:
                    self._file.size = part.offset
                    if part.tail_bytes:
                        self._file.cut_to(part.offset)

    def _replay(self, block: Block) -> None:
        for content, hash_ in zip(block.contents, block.hashes, strict=True):
            try:
                apply_event(self._draft, *decode_event(content))
            except NotApplicable as why:
                problem = tr("event {event} does not apply: {reason}", event=self.count, reason=why)
                raise LogRefused(
                    tr("{path}: cannot be continued, {problem}", path=self.path, problem=problem)
                ) from None
            if self._every:
                self._hashes.add_changes(self._draft)
            self.count, self.head = self.count + 1, hash_

    # ---- writing --------------------------------------------------------------------------------
    def append(
        self, kind: str, payload: dict[str, Any], meta: dict[str, Any] | None = None, *, limited_meta: bool = False
    ) -> int:
        """Write one event and return its seq.

        Raises EventInvalid if the event breaks a rule of the format, and leaves the log unchanged; LogUnreadable if the
        disk refuses it, and closes the log. `limited_meta`: see `encode_limited`.
        """
        seq, draft = self.count, self._draft
        facts = {**(meta or {}), "seq": seq}
        if "parent" in facts:
            parent = facts["parent"]
            if not (type(parent) is int and 0 <= parent < seq):
                raise EventInvalid(f"parent {parent!r} is not the seq of an earlier event (this one is {seq})")
        try:
            try:
                content, shallow = encode_event(kind, payload)
                about = encode_limited(facts) if limited_meta else encode(facts)
                # The form that a reader will see, and a copy that the caller cannot change.
                kind, payload = decode_event(content) if shallow is None else shallow
                apply_event(draft, kind, payload, shallow is not None)
            except (NotCanonical, NotApplicable) as why:
                raise EventInvalid(f"event {seq} ({kind}) is not written: {why}") from None
            state = None
            if self._every:
                self._hashes.add_changes(draft)
                state = self._hashes.digest(draft.root) if (seq + 1) % self._every == 0 else None
            head = record_hash(self.head, content, state, about)
            record = encode_sorted((content, state, about, head))
            if len(record) > MAX_RECORD_BYTES:
                self._rewind()
                raise EventInvalid(f"event {seq} ({kind}) is larger than {MAX_RECORD_BYTES >> 20} MiB")
            self._file.append(record)
            self.count, self.head = seq + 1, head
            return seq
        except EventInvalid:
            raise
        except BaseException:  # such as an interrupt: state and file may differ by one event, so no event may follow
            self.close()
            raise

    def seal(self, time: int) -> None:
        """End the run and close the file: no event can be appended afterwards. `time`: ns since 1970."""
        body = encode({"events": self.count, "head": self.head, "time": time})
        try:
            self._file.append(encode_sorted((body, seal_hash(self.head, body))))
        finally:
            self.close()

    @property
    def size(self) -> int:
        """The size of the file in bytes: complete records, as anyone may read them."""
        return self._file.size

    @property
    def is_open(self) -> bool:
        """Whether events can still be appended."""
        return self._file.is_open

    def close(self) -> None:
        """Close the file without a seal: the run can be resumed."""
        self._file.close()

    def _rewind(self) -> None:
        """Undo the effect of an event that was applied and then not written."""
        self._draft.undo()
        self._hashes = RecordedHashes(self._draft.root)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Seal the log if the block ended without an exception, else only close the file."""
        if kind is None and self._file.is_open:
            self.seal(clock.time_ns())
        self.close()


def new_run_id() -> str:
    """Return a new unique run id."""
    return f"run-{uuid.uuid4().hex[:12]}"
