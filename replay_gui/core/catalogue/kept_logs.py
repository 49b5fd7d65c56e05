"""The logs of the runs of a catalogue, kept in it: first reasons need their words, and the sources may be gone by then.

One file has them all, in the order of the runs, some runs in a row group: what agents are told at their beginning is
nearly the same in all runs, and takes no room twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq
from blake3 import blake3

from replay_gui.core.atomic_file import PRIVATE
from replay_gui.core.contrast.profiling import RunFile
from replay_gui.core.importers.exporting import write_with_findings

MAX_KEPT = 4 << 20  # bytes of a log; a longer one is read from its source again
_GROUP = 64  # runs of a row group
_DIGEST = 16  # bytes
_SCHEMA = pa.schema([("log", pa.binary())])
_CODEC = pa.Codec("zstd", compression_level=1)


class PackedLog(msgspec.Struct, frozen=True):
    """The bytes of a log on their way into a catalogue. size: of the log; 0 if it is too long to be kept."""

    size: int
    data: bytes

    def unpacked(self) -> bytes | None:
        """Return the log; None if it is not kept."""
        return bytes(_CODEC.decompress(self.data, self.size, asbytes=True)) if self.size else None


def pack_log(run: RunFile) -> tuple[PackedLog, str]:
    """Return the log of a run, and its digest; (one that is not kept, "") of a log that is too long.

    What the import found is in its header: nothing else tells it, once the source is gone.
    """
    file, made = Path(run.log), run.converted
    if file.stat().st_size > MAX_KEPT:
        return PackedLog(0, b""), ""
    if made is None or not (made.notes or made.own_hashes):
        data = file.read_bytes()
    else:
        with TemporaryDirectory(prefix="replay-gui-log-") as folder:
            told = Path(folder, file.name)
            write_with_findings(made, told, PRIVATE)
            data = told.read_bytes()
    return PackedLog(len(data), bytes(_CODEC.compress(data, asbytes=True))), log_digest(data)


def log_digest(data: bytes) -> str:
    """Return the digest by which a catalogue knows a log: of its BLAKE3 the beginning, hex."""
    return blake3(data).hexdigest(length=_DIGEST)


def write_logs(file: BinaryIO, logs: Iterable[bytes | None]) -> None:
    """Write the log of each run, in their order; equal logs give equal bytes."""
    with pq.ParquetWriter(
        file, _SCHEMA, compression="zstd", compression_level=3, use_dictionary=False, write_statistics=False
    ) as writer:
        waiting = iter(logs)
        while group := list(islice(waiting, _GROUP)):
            writer.write_table(pa.table([pa.array(group, pa.binary())], _SCHEMA))


def read_logs(path: Path, first: int, count: int) -> Iterator[bytes | None]:
    """Yield the logs of so many runs of a catalogue, from the run `first` on; None for one that is not kept."""
    with pq.ParquetFile(path) as file:
        for group in range(first // _GROUP, -(-(first + count) // _GROUP)):
            column = file.read_row_group(group)["log"]
            start, end = max(first - group * _GROUP, 0), min(first + count - group * _GROUP, len(column))
            yield from column.slice(start, end - start).to_pylist()


class LogSpool:
    """Logs on their way into a catalogue, in files: they may be more than the memory holds.

    First they are put in, batch by batch; then runs are added in their order; then their logs are read.
    """

    def __init__(self, folder: Path, earlier: Path) -> None:
        """`folder`: for the files. `earlier`: the logs of the catalogue that is rewritten."""
        self._folder, self._earlier = folder, earlier
        self._stretches: list[tuple[int | None, int, int]] = []  # batch, None: earlier; first run; end

    def put(self, batch: int, logs: Sequence[PackedLog]) -> None:
        """Put in the logs of the runs of a batch."""
        if logs:
            self._file(batch).write_bytes(msgspec.msgpack.encode(logs))

    def add(self, batch: int | None, first: int, count: int) -> None:
        """Add `count` runs, from `first` on, of a batch; None: of the earlier catalogue."""
        if not count:
            return
        end = first + count
        if self._stretches and self._stretches[-1][0] == batch and self._stretches[-1][2] == first:
            first = self._stretches.pop()[1]
        self._stretches.append((batch, first, end))

    def __iter__(self) -> Iterator[bytes | None]:
        for batch, first, end in self._stretches:
            if batch is None:
                yield from read_logs(self._earlier, first, end - first)
            else:
                logs = msgspec.msgpack.decode(self._file(batch).read_bytes(), type=list[PackedLog])
                yield from (log.unpacked() for log in logs[first:end])

    def _file(self, batch: int) -> Path:
        return self._folder / str(batch)


@contextmanager
def as_file(data: bytes) -> Iterator[str]:
    """Yield the path of a file with the bytes of a log, for the length of the block."""
    with TemporaryDirectory(prefix="replay-gui-log-") as folder:
        path = Path(folder, "run.rlog")
        path.write_bytes(data)
        yield str(path)
