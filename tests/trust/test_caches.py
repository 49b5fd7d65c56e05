"""Caches that lie: whatever is done to a kept file, it is found out when used, and what is shown is right."""

from __future__ import annotations

import json
import os
import random
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from replay_gui import EventLog, VerificationReport
from replay_gui.cli import main
from replay_gui.core.importers import conversion_cache
from replay_gui.core.index import index_cache
from replay_gui.core.index.index_builder import IndexBuilder
from replay_gui.core.index.index_cache import IndexCache, indexed_content, write_table
from replay_gui.core.index.index_columns import COLUMNS
from replay_gui.core.log.positions import FIRST_EVENT, EventIndex, Position
from replay_gui.core.replay.replayer import Replayer
from replay_gui.core.verification.verify_log import verify
from replay_gui.engine.answers import PositionState
from replay_gui.engine.jobs.job import JobCache, decode_arguments
from replay_gui.engine.jobs.job_messages import JobDone, encode_value
from replay_gui.engine.jobs.registry import JOBS
from replay_gui.engine.open_run import OpenRun
from replay_gui.engine.opening import open_log_run, user_cache
from replay_gui.engine.verification_controller import VerificationArguments, VerificationController
from tests.helpers.claude_code_lines import assistant, text, user, write
from tests.helpers.foreign import cached_conversion
from tests.helpers.kept_indexes import keep
from tests.helpers.logs import damage, write_log


def states(path: Path) -> list[Any]:
    with EventLog.open(path) as log:
        replayer = Replayer(log)
        return [replayer.state_at(Position(position)).plain() for position in range(len(log) + 1)]


def facts_of_run(run: OpenRun, places: list[int]) -> list[Any]:
    return [
        *run.rows(FIRST_EVENT, EventIndex(run.index.count)).rows,
        *(run.position_state(Position(place)).related for place in places),
    ]


@pytest.fixture
def long_log(tmp_path: Path) -> Path:
    return write_log(tmp_path / "run.rlog", turns=60)


def forgeries(folder: Path, other: Path, stale: Path, rounds: int) -> Iterator[tuple[str, Path]]:
    """Changes one thing of the folder at a time; the caller puts it right."""
    dice = random.Random(1)
    for file in sorted(folder.iterdir()):
        for n in range(rounds):
            data = bytearray(file.read_bytes())
            if not data:
                continue
            data[dice.randrange(len(data))] ^= 1 << n % 8
            file.write_bytes(data)
            yield f"{file.name}: a flipped bit", file
        for name, elsewhere in (("another log", other), ("a shorter log", stale)):
            if (elsewhere / file.name).exists():
                shutil.copy(elsewhere / file.name, file)
                yield f"{file.name} of {name}", file
        os.truncate(file, file.stat().st_size // 2)
        yield f"{file.name}: cut", file
        file.unlink()
        yield f"{file.name}: gone", file
        file.unlink()
        file.mkdir()
        yield f"{file.name}: a folder", file


def put_right(file: Path, whole: Path) -> None:
    if file.is_dir():
        file.rmdir()
    shutil.copy(whole / file.name, file)


def test_a_forged_index_or_snapshot_never_changes_what_is_shown(tmp_path: Path, long_log: Path) -> None:
    """What is shown is what full replay says, or there is no index, and one is built."""
    cache = IndexCache(tmp_path / "cache")
    folder = keep(cache, long_log)
    other = keep(cache, write_log(tmp_path / "other.rlog", turns=60))
    stale = keep(cache, write_log(tmp_path / "stale.rlog", turns=40))
    whole = Path(shutil.copytree(folder, tmp_path / "whole"))
    truth = states(long_log)
    places = [0, 1, *range(7, len(truth), 67), len(truth) - 1]
    sound = open_log_run(1, str(long_log), cache, lambda words: None)
    assert sound.index.complete
    said = facts_of_run(sound, places)
    sound.close()
    tried = refused = 0
    for what, file in forgeries(folder, other, stale, 3):
        complaints = list[str]()
        run = open_log_run(1, str(long_log), cache, complaints.append)
        try:
            if run.index.complete:
                for place in reversed(places):
                    moment: PositionState = run.position_state(place)
                    assert moment.position == place
                    assert run._replayer.state_at(place).plain() == truth[place], what
                assert facts_of_run(run, places) == said, what
            else:
                refused += 1
        finally:
            run.close()
        put_right(file, whole)
        tried += 1
    assert tried > 55
    assert refused > 35


@pytest.mark.parametrize("broken", [False, True])
def test_no_verdict_rests_on_the_cache(tmp_path: Path, long_log: Path, broken: bool) -> None:
    """verify, with workers that begin at snapshots of the cache, says what one pass over the file says."""
    if broken:
        damage(long_log)
    cache = IndexCache(tmp_path / "cache")
    folder = keep(cache, long_log)
    other = keep(cache, write_log(tmp_path / "other.rlog", turns=60))
    whole = Path(shutil.copytree(folder, tmp_path / "whole"))
    with EventLog.open(long_log) as log:
        truth = verify(log)
    assert truth.verdict == ("INVALID" if broken else "VALID")

    checked = 0
    for what, file in forgeries(folder, other, other, 2):
        run = open_log_run(1, str(long_log), cache, lambda words: None)
        if run.index.complete:
            report = _verified(run)
            assert report == truth, what
            checked += 1
        run.close()
        put_right(file, whole)
    assert checked >= 12


class Quiet:
    """The context of a job that tells nothing."""

    cache = JobCache()

    def progress(self, done: int, total: int) -> None: ...

    def part(self, value: Any) -> None: ...


def _verified(run: OpenRun) -> VerificationReport:
    waiting: list[VerificationArguments] = []
    work = VerificationController(run.log, waiting.append)
    work.start_with_snapshots(run.built, str(run.folder), run.index.offset)
    found: VerificationReport | None = None
    while waiting:
        arguments = waiting.pop(0)
        job = JOBS[arguments.job]
        result = job(decode_arguments(job, encode_value(arguments)), Quiet())
        found = work.on_worker_message(arguments, JobDone(0, encode_value(result))) or found
    assert found is not None
    return found


def test_a_forged_conversion_is_found_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whatever is done to the kept log or to the list beside it, the answer is that of a fresh conversion."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    path = write(tmp_path, user("u1", None, "find it"), assistant("a1", "u1", text("here")))

    def asked() -> str:
        code = main(["events", str(path), "--json"])
        return f"{code} {capsys.readouterr().out}"

    truth = asked()
    assert truth.startswith("0 {")
    dice, tried = random.Random(2), 0
    kept = [file for file in (tmp_path / "cache").rglob("*") if file.is_file()]
    assert len(kept) >= 2
    for file in kept:
        data = file.read_bytes()
        for _ in range(8):
            forged = bytearray(data)
            forged[dice.randrange(len(data))] ^= 1 << dice.randrange(8)
            file.write_bytes(forged)
            assert asked() == truth
            file.write_bytes(data)
            tried += 1
        for worse in (b"", data[:-1], data + b"x", b"[]", b"\xff" * 100):
            file.write_bytes(worse)
            assert asked() == truth
            file.write_bytes(data)
    assert tried >= 16


def edited_in_place(path: Path, index: int) -> None:
    """Change a letter of an event's content; the size and the time of change stay as they were."""
    with EventLog.open(path) as log:
        event = log[index]
    facts, data = path.stat(), bytearray(path.read_bytes())
    start = data.index(event.content, event.offset)
    letters = [at for at in range(start, start + len(event.content)) if data[at : at + 5].isalpha()]
    data[letters[-1]] ^= 1
    with path.open("r+b") as file:
        file.write(data)
    os.utime(path, ns=(facts.st_atime_ns, facts.st_mtime_ns))
    assert (path.stat().st_size, path.stat().st_mtime_ns) == (facts.st_size, facts.st_mtime_ns)


def test_a_log_edited_in_place_is_never_called_the_same(
    tmp_path: Path, long_log: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """From a kept index it would be; its last record and its size, by which the index is found, are as before."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    edited = tmp_path / "edited.rlog"
    shutil.copy(long_log, edited)
    cache = user_cache()
    keep(cache, edited)
    assert main(["diff", str(long_log), str(edited)]) == 0
    edited_in_place(edited, 20)
    with EventLog.open(edited) as log:
        assert cache.load_index(log) is None, "the system knows when it was changed"
        monkeypatch.setattr(index_cache, "_is_unchanged", lambda table, log, by_content: not by_content)
        assert cache.load_index(log) is not None, "where the system does not, it looks as before"
    capsys.readouterr()
    assert main(["diff", str(long_log), str(edited), "--json"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert (found["diverged"], found["first"]["position"]) == (True, 20)


def test_a_log_that_changes_while_it_is_indexed_leaves_no_index(tmp_path: Path, long_log: Path) -> None:
    cache = IndexCache(tmp_path / "cache")
    with EventLog.open(long_log) as log:
        building = cache.make_building_folder()
        built = IndexBuilder(log, building).run(lambda offset: None)
        edited_in_place(long_log, 20)
        write_table(building, log, built)
        assert cache.load_index(log) is None
        assert indexed_content(building) is None


@pytest.mark.parametrize("known", [True, False])
def test_the_state_after_an_edit_in_place_is_the_edited_one(
    tmp_path: Path, long_log: Path, known: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At once where the system tells that the log was changed; else once it was verified."""
    cache = IndexCache(tmp_path / "cache")
    keep(cache, long_log)
    edited_in_place(long_log, 20)
    truth = states(long_log)
    if not known:
        monkeypatch.setattr(index_cache, "_is_unchanged", lambda table, log, by_content: not by_content)
    run = open_log_run(1, str(long_log), cache, lambda words: None)
    try:
        if known:
            assert not run.index.complete, "it is indexed anew"
        else:
            assert run.index.complete
            assert run.drop_stale_index(run.log.source.blake3())
            shown = [run.state_at(Position(position)) for position in range(run.index.count + 1)]
            assert [dict(state) for state in shown] == truth
    finally:
        run.close()


def test_an_open_log_that_is_edited_in_place_is_told_of(tmp_path: Path, long_log: Path) -> None:
    run = open_log_run(1, str(long_log), IndexCache(tmp_path / "cache"), lambda words: None)
    try:
        assert not run.change_on_disk()
        edited_in_place(long_log, 20)
        assert run.change_on_disk() == "The file was touched on disk; its size and its date are as before."
    finally:
        run.close()


def test_a_log_that_was_only_touched_keeps_its_index(tmp_path: Path, long_log: Path) -> None:
    cache = IndexCache(tmp_path / "cache")
    keep(cache, long_log)
    long_log.chmod(0o600)
    with EventLog.open(long_log) as log:
        assert cache.load_index(log) is not None


def test_a_folder_that_others_may_write_to_vouches_for_nothing(tmp_path: Path, long_log: Path) -> None:
    cache = IndexCache(tmp_path / "cache")
    folder = keep(cache, long_log)
    with EventLog.open(long_log) as log:
        assert cache.load_index(log) is not None
        folder.chmod(0o770)
        assert cache.load_index(log) is None
        folder.chmod(0o700)
        if os.geteuid() == 0:
            os.chown(folder, 12345, -1)
            assert cache.load_index(log) is None
            os.chown(folder, 0, -1)


OUT_OF_RANGE = {
    "kind": [60_000],
    "tool": [7, -2],
    "offset": [0, 1 << 40, (1 << 64) - 1],
    "pair": [1 << 30, -2, 5],
    "took": [-2],
}


@pytest.mark.parametrize("column", OUT_OF_RANGE)
def test_columns_that_no_log_could_have_are_refused(tmp_path: Path, long_log: Path, column: str) -> None:
    """With right digests, as who forges a cache would make them: the run opens, and its index is made anew."""
    cache = IndexCache(tmp_path / "cache")
    for value in OUT_OF_RANGE[column]:
        with EventLog.open(long_log) as log:
            folder = keep(cache, long_log)
            found = cache.load_index(log)
            assert found is not None
            entries = np.fromfile(folder / column, COLUMNS[column])
            entries[5] = value
            entries.tofile(folder / column)
            write_table(folder, log, found[2])
            assert cache.load_index(log) is None, value


def test_kept_conversions_have_a_budget(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A session that grows is converted anew each time it is opened."""
    lines, sizes = [user("u1", None, "find it")], list[int]()
    cache = tmp_path / "cache"
    for turn in range(6):
        lines.append(assistant(f"a{turn}", "u1", text("x" * 10_000)))
        made = cached_conversion(write(tmp_path, *lines), cache)
        sizes.append(sum(file.stat().st_size for file in made.path.parent.iterdir()))
        monkeypatch.setattr(conversion_cache.prune_conversions, "__defaults__", (sizes[-1] + max(sizes),))
    kept = [folder for folder in cache.iterdir() if folder.is_dir()]
    assert made.path.parent in kept
    assert len(kept) <= 3
