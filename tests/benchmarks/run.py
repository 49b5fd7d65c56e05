"""Prints the table of numbers that resources/docs/numbers.md quotes: ``python -m tests.benchmarks.run [--events N]``.

Each row is a figure of this run beside its bound: a time, or a ratio to a floor measured in the same run on the same
log. The log is made once and kept in the temporary folder. Exits 1 where a bound is broken.
"""

from __future__ import annotations

import argparse
import gc
import os
import platform
import sys
import tempfile
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
from tests.benchmarks.figure import Figure
from tests.benchmarks.log_maker import make_log


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--leaves", type=int, default=100_000)
    parser.add_argument("--only", default="", help="rows whose name contains this")
    options = parser.parse_args()
    gc.disable()  # as the program does
    folder = Path(tempfile.gettempdir()) / "replay-gui-benchmarks"
    folder.mkdir(exist_ok=True)
    log = _log(folder, options.events, options.leaves)
    small = _log(folder, options.events // 10, options.leaves // 10)
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    print(
        f"{options.events:,} events, {log.stat().st_size / 1e6:,.0f} MB, a state of about {options.leaves:,} leaves\n"
    )
    figures: list[Figure] = []
    for module in (
        core_numbers,
        engine_numbers,
        align_numbers,
        panel_numbers,
        window_numbers,
        compare_numbers,
        import_numbers,
        contrast_numbers,
        record_numbers,
    ):
        for measure in module.MEASURES:
            if options.only in measure.__name__:
                for figure in measure(log, small):
                    figures.append(figure)
                    print(figure, flush=True)
    return 0 if all(figure.kept for figure in figures) else 1


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
