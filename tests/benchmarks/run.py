"""Measures the rows of resources/docs/numbers.md: ``python -m tests.benchmarks.run [--page]``.

A time is a ratio to a floor that is measured beside it, see figure.py. The log is made once and kept in the temporary
folder. With --events 10000000 --leaves 1000000 (2.8 GB) the rows are those of AT_TEN_MILLION. Exits 1 if a figure is
above its bound.
"""

from __future__ import annotations

import argparse
import gc
import os
import platform
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.benchmarks import (
    align_numbers,
    compare_numbers,
    contrast_numbers,
    core_numbers,
    engine_numbers,
    import_numbers,
    panel_numbers,
    record_numbers,
    window_numbers,
)
from tests.benchmarks.bare_pass import BarePass
from tests.benchmarks.figure import Figure, shown_time
from tests.benchmarks.logs.log_maker import make_log
from tests.benchmarks.table import PAGE, Load, line, put_lines

MODULES = (
    core_numbers,
    engine_numbers,
    align_numbers,
    panel_numbers,
    window_numbers,
    compare_numbers,
    import_numbers,
    contrast_numbers,
    record_numbers,
)
AT_TEN_MILLION = (core_numbers.index, core_numbers.seek, window_numbers.window)
_LARGE = 5_000_000  # events; from here on most rows would take hours, and no others have a bound


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--leaves", type=int, default=100_000)
    parser.add_argument("--only", default="", help="rows of functions whose name contains this")
    parser.add_argument(
        "--page", action="store_true", help="put the rows into numbers.md; without --only, make its table anew"
    )
    options = parser.parse_args()
    gc.disable()  # as the program does
    folder = Path(tempfile.gettempdir()) / "replay-gui-benchmarks"
    folder.mkdir(exist_ok=True)
    log = _log(folder, options.events, options.leaves)
    small = _log(folder, options.events // 10, options.leaves // 10)
    print(
        f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, {time.strftime('%Y-%m-%d')}"
    )
    print(f"{options.events:,} events, {log.stat().st_size / 1e6:,.0f} MB, a state of about {options.leaves:,} leaves")
    print(f"bare pass: {shown_time(BarePass(log, 100_000, time.process_time)() / 100_000)} a record\n")
    is_kept, anew = True, not options.only
    for measure in AT_TEN_MILLION if options.events >= _LARGE else _all_measures():
        if options.only in measure.__name__:
            lines, load = [], Load()
            for figure in measure(log, small):
                is_kept &= figure.kept
                lines.append(line(figure, load.others()))
                print(lines[-1], flush=True)
            if options.page:
                heading = f"## {options.events:,} events"
                PAGE.write_text(put_lines(PAGE.read_text("utf-8"), heading, lines, anew=anew), "utf-8")
                anew = False
            gc.collect()
    return 0 if is_kept else 1


def _all_measures() -> Iterator[Callable[[Path, Path], Iterator[Figure]]]:
    for module in MODULES:
        yield from module.MEASURES


def _log(folder: Path, events: int, leaves: int) -> Path:
    path = folder / f"{events}-{leaves}.rlog"
    if not path.exists():
        draft = path.with_suffix(".new")
        draft.unlink(missing_ok=True)
        make_log(draft, events, leaves)
        draft.replace(path)
    return path


if __name__ == "__main__":
    sys.exit(main())
