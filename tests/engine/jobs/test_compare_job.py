"""The worker's comparison: what was kept of a log never decides that two runs are the same."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from replay_gui.core.errors import LogChanged
from replay_gui.core.index import index_cache
from replay_gui.core.index.index_cache import IndexCache
from replay_gui.core.log.log_reader import EventLog
from replay_gui.core.recorder.recorder import Recorder
from replay_gui.engine.jobs.compare_arguments import CompareArguments, ComparedRun
from replay_gui.engine.jobs.compare_job import compare_runs
from replay_gui.engine.jobs.comparison_files import Findings, read_comparison
from replay_gui.engine.jobs.job_messages import decode_value, encode_value
from tests.helpers.fake_pool import MessageList
from tests.helpers.kept_indexes import keep

GAP = "lines that hold no span, left out: 1"


def record(path: Path, *, passed: bool = True) -> Path:
    with Recorder(path, "t", "1", run_id=path.stem, created=1) as run:
        for step in range(50):
            run.decision("step", f"take Kiel {step}", time=step + 2)
        run.outcome(passed=passed, score=float(passed), by="tests")
    return path


def arguments(tmp_path: Path, a: Path, b: Path, gaps: tuple[str, ...] = (), result: str = "1") -> CompareArguments:
    sides: list[Any] = []
    for path in (a, b):
        folder = keep(IndexCache(tmp_path / "cache"), path)
        with EventLog.open(path) as log:
            sides.append(ComparedRun(str(path), str(folder), log.source.stamp, gaps))
    return CompareArguments(sides[0], sides[1], (), (), str(tmp_path / result))


def test_what_travels_from_the_worker_says_what_was_compared(tmp_path: Path) -> None:
    a, b = record(tmp_path / "a.rlog"), record(tmp_path / "b.rlog", passed=False)
    asked = arguments(tmp_path, a, b, (GAP,))
    findings = decode_value(encode_value(compare_runs(asked, MessageList())), Findings)
    found = read_comparison(Path(asked.result), findings)
    assert (found.diverged, found.same, found.results_equal, len(found.points.row)) == (True, False, False, 0)
    assert [result.outcomes[0].passed for result in found.results] == [True, False]
    assert (found.content.events, found.content.gaps, found.content.whole) == (104, (GAP,), False)
    assert dict(found.content.members_left_out)["time"] == 104


def test_a_log_edited_in_place_is_not_compared_by_its_kept_index(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where the system does not tell that it was edited."""
    a, b = record(tmp_path / "a.rlog"), record(tmp_path / "b.rlog")
    asked = arguments(tmp_path, a, b)
    findings = compare_runs(asked, MessageList())
    assert read_comparison(Path(asked.result), findings).same
    facts, data = b.stat(), b.read_bytes()
    with b.open("r+b") as file:
        file.write(data.replace(b"take Kiel 20", b"take Bonn 20"))
    os.utime(b, ns=(facts.st_atime_ns, facts.st_mtime_ns))
    assert (b.stat().st_size, b.stat().st_mtime_ns) == (facts.st_size, facts.st_mtime_ns)
    again = CompareArguments(asked.a, asked.b, (), (), str(tmp_path / "2"))
    with monkeypatch.context() as patch:
        patch.setattr(index_cache, "_is_unchanged", lambda table, log, by_content: not by_content)
        with pytest.raises(LogChanged, match="reload it"):
            compare_runs(again, MessageList())
    remade = arguments(tmp_path, a, b, result="3")
    found = read_comparison(Path(remade.result), compare_runs(remade, MessageList()))
    assert (found.diverged, found.points.a.tolist()) == (True, [21])
