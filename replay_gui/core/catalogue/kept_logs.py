"""The logs that a catalogue keeps: first reasons quote them, and the sources may be deleted later.

One file has all logs, in the order of the runs. A row group holds several runs, because the first messages of an
agent are nearly the same in all its runs and so are compressed to one copy. Beside a log are the calls of a run whose
rows depend on other runs: when these show something else, its rows are made again without reading it.
"""

from __future__ import annotations

import zlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO, NamedTuple

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq
from blake3 import blake3

from replay_gui.core.atomic_file import PRIVATE
from replay_gui.core.contrast.profiling import RunFile
from replay_gui.core.importers.exporting import write_with_findings

MAX_KEPT_BYTES = 4 << 20  # of a log; a longer one is read from its source again
_RUNS_PER_GROUP = 64  # of the file's row groups
_DIGEST_BYTES = 16
_SCHEMA = pa.schema([("log", pa.binary()), ("calls", pa.binary())])
_CODEC = pa.Codec("zstd", compression_level=1)


class KeptLog(NamedTuple):
    """What a catalogue keeps of a run: its log, None if that is too long; its calls as bytes, b"" if there are none."""

    log: bytes | None
    calls: bytes


class PackedLog(msgspec.Struct, frozen=True):
    """A compressed log for a catalogue.

    Attributes:
        size: bytes of the log, uncompressed; 0 if it is too long to be kept.
        calls: see RunCalls.packed; b"" if its rows do not depend on other runs.
    """

    size: int
    data: bytes
    calls: bytes = b""

    def unpacked(self) -> KeptLog:
        """Return what is kept of the run."""
        log = bytes(_CODEC.decompress(self.data, self.size, asbytes=True)) if self.size else None
        return KeptLog(log, zlib.decompress(self.calls) if self.calls else b"")


class LogPlace(NamedTuple):
    """Where the logs of a source are: in a batch, or if that is None, in the earlier catalogue. runs: their number."""

    batch: int | None
    first_run: int
    runs: int


def pack_log(run: RunFile) -> tuple[PackedLog, str]:
    """Return (the compressed log of a run, its digest); the digest is "" if the log is too long to be kept.

    The header of the kept log gets the import notes and checks, which would be lost with the source.
    """
    file, made = Path(run.log), run.converted
    if file.stat().st_size > MAX_KEPT_BYTES:
        return PackedLog(0, b""), ""
    if made is None or not (made.notes or made.own_hashes):
        data = file.read_bytes()
    else:
        with TemporaryDirectory(prefix="replay-gui-log-") as folder:
            copy_path = Path(folder, file.name)
            write_with_findings(made, copy_path, PRIVATE)
            data = copy_path.read_bytes()
    return PackedLog(len(data), bytes(_CODEC.compress(data, asbytes=True))), log_digest(data)


def log_digest(data: bytes) -> str:
    """Return the digest of a log in a catalogue: the beginning of its BLAKE3 hash, hexadecimal."""
    return blake3(data).hexdigest(length=_DIGEST_BYTES)


def write_logs(file: BinaryIO, logs: Iterable[KeptLog]) -> None:
    """Write what is kept of each run, in their order; equal logs give equal bytes."""
    with pq.ParquetWriter(
        file, _SCHEMA, compression="zstd", compression_level=3, use_dictionary=False, write_statistics=False
    ) as writer:
        waiting = iter(logs)
        while group := list(islice(waiting, _RUNS_PER_GROUP)):
            writer.write_table(
                pa.table([pa.array(column, pa.binary()) for column in zip(*group, strict=True)], _SCHEMA)
            )


def read_logs(path: Path, first_run: int, count: int) -> Iterator[KeptLog]:
    """Yield what is kept of `count` runs of a catalogue, from `first_run` on."""
    with pq.ParquetFile(path) as file:
        for group in range(first_run // _RUNS_PER_GROUP, -(-(first_run + count) // _RUNS_PER_GROUP)):
            rows = file.read_row_group(group)
            start = max(first_run - group * _RUNS_PER_GROUP, 0)
            end = min(first_run + count - group * _RUNS_PER_GROUP, len(rows))
            kept = rows.slice(start, end - start)
            yield from map(KeptLog, kept["log"].to_pylist(), kept["calls"].to_pylist())


class LogSpool:
    """Keeps the logs for a catalogue in files until it is written: they may be larger than the memory.

    First call `put` for each batch, then `add` for the runs in their order, then iterate over the logs.
    """

    def __init__(self, folder: Path, earlier: Path) -> None:
        """`folder`: where the files are kept. `earlier`: the file of logs of the catalogue that is rewritten."""
        self._folder, self._earlier = folder, earlier
        self._places: list[LogPlace] = []  # each continues where the one before ends only in another batch

    def put(self, batch: int, logs: Sequence[PackedLog]) -> None:
        """Keep the logs of a batch."""
        if logs:
            self._file(batch).write_bytes(msgspec.msgpack.encode(logs))

    def add(self, place: LogPlace) -> None:
        """Add the runs of a source, if it has any."""
        if not place.runs:  # its batch may have no file
            return
        last = self._places[-1] if self._places else None
        if last is not None and (last.batch, last.first_run + last.runs) == (place.batch, place.first_run):
            place = LogPlace(last.batch, last.first_run, last.runs + place.runs)
            self._places.pop()
        self._places.append(place)

    def calls(self, places: Sequence[LogPlace]) -> list[tuple[bytes, ...]]:
        """Return the packed calls of the runs of each source; reads each file once."""
        wanted, found = defaultdict[int | None, set[int]](set), dict[tuple[int | None, int], bytes]()
        for batch, first_run, count in places:
            wanted[batch].update(range(first_run, first_run + count))
        for batch, runs in wanted.items():
            if batch is None:
                first, count = min(runs), max(runs) + 1 - min(runs)
                kept = enumerate(read_logs(self._earlier, first, count), first)
                found |= {(None, run): zlib.compress(one.calls, 1) for run, one in kept if run in runs}
            else:
                found |= {(batch, run): log.calls for run, log in enumerate(self._read(batch)) if run in runs}
        return [tuple(found[batch, first_run + run] for run in range(count)) for batch, first_run, count in places]

    def __iter__(self) -> Iterator[KeptLog]:
        for batch, first_run, count in self._places:
            if batch is None:
                yield from read_logs(self._earlier, first_run, count)
            else:
                yield from (log.unpacked() for log in self._read(batch)[first_run : first_run + count])

    def _read(self, batch: int) -> list[PackedLog]:
        return msgspec.msgpack.decode(self._file(batch).read_bytes(), type=list[PackedLog])

    def _file(self, batch: int) -> Path:
        return self._folder / str(batch)


@contextmanager
def as_file(data: bytes) -> Iterator[str]:
    """Yield the path of a temporary file with the bytes of a log; it is removed at the end of the block."""
    with TemporaryDirectory(prefix="replay-gui-log-") as folder:
        path = Path(folder, "run.rlog")
        path.write_bytes(data)
        yield str(path)
