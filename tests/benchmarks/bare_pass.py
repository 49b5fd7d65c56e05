"""The common floor of rows that have none of their own: the least that a program does which reads records of a log."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import cache
from pathlib import Path

import msgpack
import msgspec
from blake3 import blake3

THOUSAND, TEN_THOUSAND, HUNDRED_THOUSAND = "1,000 records", "10,000 records", "100,000 records"
THE_LOG, A_TENTH = "the log", "a tenth of the log"
"""The names of these floors in the table."""

_A_RECORD = 1.8e-6  # seconds of CPU time of the bare pass on the machine of numbers.md, when it is quiet


def passes(seconds: float, records: int) -> float:
    """How many bare passes over so many records take `seconds` on that machine: what a bound in seconds becomes."""
    return seconds / records / _A_RECORD


class BarePass:
    """msgpack scan, one BLAKE3, one msgspec decode and re-encode a record, in one process.

    A call makes one pass and returns the seconds of `clock` that it took. The garbage collector is left as it is.
    """

    def __init__(self, log: Path, records: int | None = None, clock: Callable[[], float] = time.perf_counter) -> None:
        """Pass over the first `records` of a log, or over all."""
        self._log, self._records, self._clock = log, records, clock

    def __call__(self) -> float:
        # A whole log is read anew: as what is measured, the pass does not find its bytes in the processor's cache.
        data = self._log.read_bytes() if self._records is None else _beginning(self._log, self._records)
        decode = msgspec.msgpack.Decoder().decode
        encode = msgspec.msgpack.Encoder(order="deterministic").encode
        begun = self._clock()
        unpacker = msgpack.Unpacker(use_list=False, max_buffer_size=len(data))
        unpacker.feed(data)
        unpacker.skip()
        previous = b""
        for record in unpacker:
            if len(record) == 4:
                content, _, meta, hash_ = record
                blake3(previous + content + meta).digest()
                encode(decode(content))
                previous = hash_
        return self._clock() - begun


@cache
def _beginning(log: Path, records: int) -> bytes:
    """The header and so many records."""
    with log.open("rb") as file:
        unpacker = msgpack.Unpacker(file, max_buffer_size=0)
        for _ in range(1 + records):
            unpacker.skip()
        file.seek(0)
        return file.read(unpacker.tell())
