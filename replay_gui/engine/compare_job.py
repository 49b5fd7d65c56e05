"""The worker's part of a comparison: reads both logs by their indexes, compares, and leaves the columns in a folder."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec

from replay_gui.core.divergence.compare import compare
from replay_gui.core.divergence.first_divergence import first_divergence
from replay_gui.core.divergence.rules import Rule, Rules
from replay_gui.core.divergence.side import Side
from replay_gui.core.errors import LogChanged
from replay_gui.core.index_cache import IndexCache
from replay_gui.core.log_reader import EventLog
from replay_gui.engine.comparison_files import Findings, write_columns
from replay_gui.engine.worker import Report

_PAUSE = 0.1  # seconds between two words on progress


def compare_runs(args: dict[str, Any], report: Report) -> Findings:
    """Compares the runs `a` and `b` ({path, folder of the index}) by `rules` and `anchors`; columns go to `result`."""
    quiet_until = 0.0

    def on_progress(done: int, total: int) -> None:
        nonlocal quiet_until
        if time.monotonic() >= quiet_until:
            report.progress(done, total)
            quiet_until = time.monotonic() + _PAUSE

    with _side(**args["a"]) as a, _side(**args["b"]) as b:
        begun = time.perf_counter()
        first_divergence(a, b)
        found = time.perf_counter()
        rules = Rules(msgspec.convert(args["rules"], tuple[Rule, ...]))
        comparison = compare(a, b, rules, [(a, b) for a, b in args["anchors"]], on_progress)
        done = time.perf_counter()
    write_columns(comparison, Path(args["result"]))
    return Findings(
        comparison.causes, comparison.counts, comparison.tools, 1000 * (found - begun), 1000 * (done - begun)
    )


@contextmanager
def _side(path: str, folder: str) -> Iterator[Side]:
    with EventLog.open(path) as log:
        kept = IndexCache(Path(folder).parent).load(log)
        if kept is None:
            raise LogChanged(f"{path}: its index is gone; reload it")
        yield Side(log, kept[1], Path(folder))
