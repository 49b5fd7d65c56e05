"""Writing a log: append-only, one whole record a write, so that a run that is killed leaves a log that opens."""

from __future__ import annotations

import os
import time as clock
import uuid
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import msgpack

from replay_gui.core.errors import EventInvalid, LogBusy, LogRefused, LogUnreadable, NotApplicable, NotCanonical
from replay_gui.core.log.canonical import decode_shallow, encode
from replay_gui.core.log.chain import digest, record_hash, seal_hash
from replay_gui.core.log.event import decode_event
from replay_gui.core.log.fast_metas import decode_metas
from replay_gui.core.log.framing import RECORD_LIMIT
from replay_gui.core.log.header import header_bytes, read_header
from replay_gui.core.log.scanner import Block, Ending, Skipped, scan
from replay_gui.core.log.source import Source
from replay_gui.core.state.draft import Draft
from replay_gui.core.state.reducer import REDUCER, apply
from replay_gui.core.state.state import EMPTY
from replay_gui.core.state.state_hash import StateHash
from replay_gui.core.verification.integrity import Integrity

try:
    import fcntl
except ImportError:  # Windows has no advisory locks; there the open handle itself keeps others out
    fcntl = None  # type: ignore[assignment]


class LogWriter:
    """Appends events to one log file, which it alone may write.

    Attributes:
        count: events written so far. head: the last hash. run_id: the log's.
    """

    def __init__(
        self, path: str | os.PathLike[str], facts: dict[str, Any], *, state_hash_every: int = 1, fsync: bool = False
    ) -> None:
        """Begins a new log; LogRefused where the file exists and holds anything.

        Args:
            facts: the header's map; run_id is required, reducer and version are filled in.
            state_hash_every: a state hash at every n-th event (1: each, 0: never).
            fsync: also wait until the disk has each event.
        """
        raw = header_bytes({**facts, "reducer": REDUCER})
        self._prepare(path, state_hash_every, fsync, os.O_CREAT)
        if os.fstat(self._fd).st_size:
            self._abandon()
            raise LogRefused(f"{self.path}: exists already; give another name, or resume it")
        self.run_id, self.head = str(facts["run_id"]), digest(raw)
        self._write(raw)
        if fsync:
            try:
                _sync_folder(self.path)
            except LogUnreadable:
                self._abandon()
                raise

    @classmethod
    def resume(cls, path: str | os.PathLike[str], *, state_hash_every: int = 1, fsync: bool = False) -> Self:
        """Goes on with an unsealed log: cuts a torn tail off, replays what there is.

        LogRefused where the log is sealed or damaged, LogBusy where somebody else is writing it.
        """
        writer = cls.__new__(cls)
        writer._prepare(path, state_hash_every, fsync, 0)
        try:
            writer._take_up()
        except BaseException:
            writer._abandon()
            raise
        return writer

    def _prepare(self, path: str | os.PathLike[str], state_hash_every: int, fsync: bool, flags: int) -> None:
        self.path = Path(path)
        self.count = 0
        self._end = 0  # bytes that the file has
        self._every = state_hash_every
        self._fsync = fsync
        self._draft = Draft(EMPTY)
        self._hash = StateHash()
        try:
            self._fd = os.open(self.path, os.O_RDWR | os.O_APPEND | flags | getattr(os, "O_BINARY", 0), 0o644)
        except OSError as why:
            raise LogUnreadable(f"{self.path}: cannot be written: {why.strerror}") from None
        if fcntl is not None:
            try:
                fcntl.flock(self._fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                self._abandon()
                raise LogBusy(f"{self.path}: another recorder is writing it; wait for it or use another file") from None

    def _take_up(self) -> None:
        with Source(self.path) as source:
            header = read_header(source)
            if header.reducer != REDUCER:
                raise LogRefused(f"{self.path}: its reducer {header.reducer!r} is not known here")
            self.run_id, self.head = header.run_id, header.hash
            integrity = Integrity(0, header.hash)
            for part in scan(source, len(header.raw), 0, header.hash):
                if isinstance(part, Skipped) or (isinstance(part, Ending) and part.seal is not None):
                    reason = "is damaged" if isinstance(part, Skipped) else "is sealed"
                    raise LogRefused(f"{self.path}: {reason} at byte {part.offset}, so it cannot be continued")
                if isinstance(part, Block):
                    integrity.block(part, decode_metas(part.metas))
                    for fault in integrity.faults:
                        raise LogRefused(
                            f"{self.path}: cannot be continued, event {fault.event_index}: {fault.problem}"
                        )
                    self._replay(part)
                else:
                    self._end = part.offset
                    if part.tail_bytes:
                        os.ftruncate(self._fd, part.offset)

    def _replay(self, block: Block) -> None:
        for content, hash_ in zip(block.contents, block.hashes, strict=True):
            try:
                apply(self._draft, *decode_event(content))
            except NotApplicable as why:
                problem = f"event {self.count} does not apply: {why}"
                raise LogRefused(f"{self.path}: cannot be continued, {problem}") from None
            if self._every:
                self._hash.follow(self._draft)
            self.count, self.head = self.count + 1, hash_

    # ---- writing --------------------------------------------------------------------------------
    def append(self, kind: str, payload: dict[str, Any], meta: dict[str, Any] | None = None) -> int:
        """Writes one event and returns its seq; EventInvalid where the event breaks a rule, and nothing is written.

        LogUnreadable where the disk refuses it; the log is then closed.
        """
        try:
            return self._append(kind, payload, meta)
        except EventInvalid:
            raise
        except BaseException:  # an interrupt, say: state and file may be one event apart, so nothing may follow
            self.close()
            raise

    def _append(self, kind: str, payload: dict[str, Any], meta: dict[str, Any] | None) -> int:
        seq = self.count
        facts = {**(meta or {}), "seq": seq}
        parent = facts.get("parent")
        if "parent" in facts and not (type(parent) is int and 0 <= parent < seq):
            raise EventInvalid(f"parent {parent!r} is not the seq of an earlier event (this one is {seq})")
        try:
            content, about = encode((kind, payload)), encode(facts)
            # As a reader will see it, and so that nobody else can change it.
            shallow = decode_shallow(content)
            kind, payload = decode_event(content) if shallow is None else shallow
            apply(self._draft, kind, payload, shallow is not None)
        except (NotCanonical, NotApplicable) as why:
            raise EventInvalid(f"event {seq} ({kind}) is not written: {why}") from None
        state = None
        if self._every:
            self._hash.follow(self._draft)
            state = self._hash.digest() if (seq + 1) % self._every == 0 else None
        head = record_hash(self.head, content, state, about)
        record = msgpack.packb((content, state, about, head))
        if len(record) > RECORD_LIMIT:
            self._rewind()
            raise EventInvalid(f"event {seq} ({kind}) is larger than {RECORD_LIMIT >> 20} MiB")
        self._write(record)
        self.count, self.head = seq + 1, head
        return seq

    def seal(self, time: int) -> None:
        """Ends the run: nothing can be appended any more. `time`: ns since 1970."""
        body = encode({"events": self.count, "head": self.head, "time": time})
        try:
            self._write(msgpack.packb((body, seal_hash(self.head, body))))
        finally:
            self.close()

    @property
    def size(self) -> int:
        """Bytes of the file: whole records, as anyone may read them."""
        return self._end

    def close(self) -> None:
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1

    def _write(self, data: bytes) -> None:
        """One write at the end of the file; where it fails half-way, what was written is cut off again."""
        if self._fd < 0:
            raise EventInvalid(f"{self.path}: the log is closed")
        try:
            written = os.write(self._fd, data)
            while written < len(data):
                written += os.write(self._fd, data[written:])
            if self._fsync:
                os.fsync(self._fd)
            self._end += len(data)
        except OSError as why:
            try:
                os.ftruncate(self._fd, self._end)
                after = "the log ends before this event"
            except OSError:
                after = "this event may be there in part, which a reader takes for a torn tail"
            self.close()
            raise LogUnreadable(f"{self.path}: cannot be written: {why.strerror}; {after}") from None

    def _rewind(self) -> None:
        """After an event was applied and then not written."""
        self._draft.undo()
        self._hash = StateHash.of(self._draft.root)

    def _abandon(self) -> None:
        os.close(self._fd)
        self._fd = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None and self._fd >= 0:
            self.seal(clock.time_ns())
        self.close()


def _sync_folder(path: Path) -> None:
    """Waits until the disk has the name of a new file too, without which its contents would be out of reach."""
    if os.name == "nt":  # where a folder cannot be opened, and its entries are written with the file
        return
    try:
        folder = os.open(path.absolute().parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    except OSError as why:
        raise LogUnreadable(f"{path}: its folder cannot be written: {why.strerror}") from None


def new_run_id() -> str:
    """A run id that no other run has."""
    return f"run-{uuid.uuid4().hex[:12]}"
