"""The files of a finished index with the clock of the run."""

from __future__ import annotations

from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from replay_gui.core.index.cache_files import map_array, write_parts
from replay_gui.core.index.run_clock import NoClock, RunClock

CLOCK_FILES = ("clock", "clock_times")
_CLOCK, _TIMES = CLOCK_FILES


class _ClockTable(msgspec.Struct, frozen=True, kw_only=True):
    """A RunClock without its times; the arrays as little-endian float64. `corrected`: the times are a file."""

    real: bytes
    drawn: bytes
    gaps: bytes
    gap: float
    cut: bytes
    limit: float
    measured: int
    corrected: bool


def write_clock(folder: Path, clock: RunClock | NoClock) -> None:
    """Write the clock of a finished index, or why there is none, into its folder."""
    table: _ClockTable | int = int(clock) if isinstance(clock, NoClock) else _table_of(clock)
    times = clock.times if isinstance(clock, RunClock) and clock.corrected else np.zeros(0, np.int64)
    for name, content in ((_CLOCK, msgspec.msgpack.encode(table)), (_TIMES, np.ascontiguousarray(times, "<i8").data)):
        write_parts(folder / name, (content,))


def map_clock(folder: Path, recorded: NDArray[np.int64]) -> RunClock | NoClock:
    """Return the clock of a finished index with these recorded times; OSError, ValueError if it cannot be of it.

    Raises msgspec.MsgspecError, too, if the file is damaged.
    """
    table = msgspec.msgpack.decode((folder / _CLOCK).read_bytes(), type=_ClockTable | int)
    if isinstance(table, int):
        return NoClock(table)
    real, drawn, gaps, cut = (np.frombuffer(raw, "<f8") for raw in (table.real, table.drawn, table.gaps, table.cut))
    times = map_array(folder / _TIMES, np.dtype("<i8")) if table.corrected else recorded
    if len(times) != len(recorded) or not len(real) == len(drawn) == 2 * len(gaps) + 2 == 2 * len(cut) + 2:
        raise ValueError(f"{folder / _CLOCK}: the clock has another size than it should")
    return RunClock(
        times=times,
        real=real,
        drawn=drawn,
        gaps=gaps,
        gap=table.gap,
        cut=cut,
        limit=table.limit,
        measured=table.measured,
        corrected=table.corrected,
    )


def _table_of(clock: RunClock) -> _ClockTable:
    real, drawn, gaps, cut = (
        array.astype("<f8", copy=False).tobytes() for array in (clock.real, clock.drawn, clock.gaps, clock.cut)
    )
    return _ClockTable(
        real=real,
        drawn=drawn,
        gaps=gaps,
        gap=clock.gap,
        cut=cut,
        limit=clock.limit,
        measured=clock.measured,
        corrected=clock.corrected,
    )
