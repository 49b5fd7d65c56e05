"""The logs that a catalogue keeps: first reasons quote them, and the sources may be deleted later.

One file has all logs, in the order of the runs. A row group holds several runs, because the first messages of an
agent are nearly the same in all its runs and so are compressed to one copy.
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

MAX_KEPT_BYTES = 4 << 20  # of a log; a longer one is read from its source again
_RUNS_PER_GROUP = 64  # of the file's row groups
_DIGEST_BYTES = 16
_SCHEMA = pa.schema([("log", pa.binary())])
_CODEC = pa.Codec("zstd", compression_level=1)


class PackedLog(msgspec.Struct, frozen=True):
    """A compressed log for a catalogue. size: bytes of the log, uncompressed; 0 if it is too long to be kept."""

    size: int
    data: bytes

    def unpacked(self) -> bytes | None:
        """Return the log; None if it is not kept."""
        return bytes(_CODEC.decompress(self.data, self.size, asbytes=True)) if self.size else None


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


def write_logs(file: BinaryIO, logs: Iterable[bytes | None]) -> None:
    """Write the log of each run, in their order; equal logs give equal bytes."""
    with pq.ParquetWriter(
        file, _SCHEMA, compression="zstd", compression_level=3, use_dictionary=False, write_statistics=False
    ) as writer:
        waiting = iter(logs)
        while group := list(islice(waiting, _RUNS_PER_GROUP)):
            writer.write_table(pa.table([pa.array(group, pa.binary())], _SCHEMA))


def read_logs(path: Path, first_run: int, count: int) -> Iterator[bytes | None]:
    """Yield the logs of `count` runs of a catalogue, from `first_run` on; None for a log that is not kept."""
    with pq.ParquetFile(path) as file:
        for group in range(first_run // _RUNS_PER_GROUP, -(-(first_run + count) // _RUNS_PER_GROUP)):
            column = file.read_row_group(group)["log"]
            start, end = (
                max(first_run - group * _RUNS_PER_GROUP, 0),
                min(first_run + count - group * _RUNS_PER_GROUP, len(column)),
            )
            yield from column.slice(start, end - start).to_pylist()


class LogSpool:
    """Keeps the logs for a catalogue in files until it is written: they may be larger than the memory.

    First call `put` for each batch, then `add` for the runs in their order, then iterate over the logs.
    """

    def __init__(self, folder: Path, earlier: Path) -> None:
        """`folder`: where the files are kept. `earlier`: the file of logs of the catalogue that is rewritten."""
        self._folder, self._earlier = folder, earlier
        self._stretches: list[tuple[int | None, int, int]] = []  # (batch, None if earlier; first_run; end_run)

    def put(self, batch: int, logs: Sequence[PackedLog]) -> None:
        """Keep the logs of a batch."""
        if logs:
            self._file(batch).write_bytes(msgspec.msgpack.encode(logs))

    def add(self, batch: int | None, first_run: int, count: int) -> None:
        """Add `count` runs of a batch, from `first_run` on. `batch`: None for runs of the earlier catalogue."""
        if not count:
            return
        end_run = first_run + count
        if self._stretches and self._stretches[-1][0] == batch and self._stretches[-1][2] == first_run:
            first_run = self._stretches.pop()[1]
        self._stretches.append((batch, first_run, end_run))

    def __iter__(self) -> Iterator[bytes | None]:
        for batch, first_run, end_run in self._stretches:
            if batch is None:
                yield from read_logs(self._earlier, first_run, end_run - first_run)
            else:
                logs = msgspec.msgpack.decode(self._file(batch).read_bytes(), type=list[PackedLog])
                yield from (log.unpacked() for log in logs[first_run:end_run])

    def _file(self, batch: int) -> Path:
        return self._folder / str(batch)


@contextmanager
def as_file(data: bytes) -> Iterator[str]:
    """Yield the path of a temporary file with the bytes of a log; it is removed at the end of the block."""
    with TemporaryDirectory(prefix="replay-gui-log-") as folder:
        path = Path(folder, "run.rlog")
        path.write_bytes(data)
        yield str(path)
