"""What lies beside a log in somebody else's folder is not trusted: it is offered, and never runs, writes or hangs."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from replay_gui.cli import main
from replay_gui.core.divergence.rules.rules_file import rules_beside
from replay_gui.core.recorder.recorder import Recorder
from replay_gui.engine.files.trusted_folders import TrustedFolders
from replay_gui.engine.files.user_files import answer_read_rules
from replay_gui.engine.opening import (
    conversion_cache,
    survey_cache,
    user_mappings,
    user_notes_places,
    user_rules,
    user_trusted_folders,
)
from replay_gui.engine.requests import ReadRules
from tests.helpers.claude_code_lines import assistant, text, user, write
from tests.helpers.hostile_rules import BACKTRACKING, HOSTILE, IGNORE_ALL
from tests.helpers.journey import Journey
from tests.helpers.logs import write_log


@pytest.fixture
def pair(tmp_path: Path) -> tuple[Path, Path]:
    return write_log(tmp_path / "a.rlog", turns=3), write_log(tmp_path / "b.rlog", turns=4)


@pytest.mark.parametrize("make", HOSTILE.values(), ids=HOSTILE.keys())
def test_no_command_uses_rules_that_nobody_has_allowed(
    pair: tuple[Path, Path], capsys: pytest.CaptureFixture[str], make: Callable[[Path], object]
) -> None:
    a, b = pair
    assert main(["diff", str(a), str(b)]) == 1
    without = capsys.readouterr().out
    make(rules_beside(a))
    assert main(["diff", str(a), str(b)]) == 1
    printed = capsys.readouterr()
    assert printed.out == without, "nothing is hidden"
    (note,) = printed.err.splitlines()
    assert "beside the log" in note
    for command in (["verify"], ["info"], ["events"], ["state", "--at", "1"]):
        assert main([command[0], str(a), *command[1:]]) == 0


def test_rules_that_are_in_force_are_named(pair: tuple[Path, Path], capsys: pytest.CaptureFixture[str]) -> None:
    """Who reads that two runs are the same, or have one difference, can see by which rules."""
    rules, report = rules_beside(pair[0]), pair[0].with_name("report.json")
    rules.write_text('[[rule]]\naction = "ignore"\nkind = "Decision"\n')
    user_trusted_folders().add(pair[0].parent)
    words = ["diff", *map(str, pair)]
    main(words)
    assert f"By the rules of {rules} (1)" in capsys.readouterr().out
    main([*words, "--json"])
    assert json.loads(capsys.readouterr().out)["rules"] == {"file": str(rules), "count": 1, "not_used": None}
    main([*words, "--report", str(report)])
    assert f"--rules {rules}" in report.read_text()


@pytest.mark.parametrize("make", HOSTILE.values(), ids=HOSTILE.keys())
def test_where_they_are_allowed_they_still_end_in_words(
    pair: tuple[Path, Path], tmp_path: Path, make: Callable[[Path], object]
) -> None:
    make(rules_beside(pair[0]))
    answer = answer_read_rules(ReadRules(str(pair[0]), allow=True))
    assert answer.rules or answer.problem
    assert "\n" not in answer.problem


def test_the_window_asks_and_remembers_the_answer(journey: Journey, pair: tuple[Path, Path]) -> None:
    rules_beside(pair[0]).write_text(IGNORE_ALL)
    comparison = journey.window.comparison
    comparison.start(str(pair[1]), str(pair[0]))
    journey.until(lambda: comparison.settled and comparison.compared is not None)
    before = comparison.point_count
    assert before
    bar = journey.window.compare_view.rule_offer
    assert bar.isVisible()
    assert bar.words.text() == "Rules found beside the log: 2. Use them?"
    bar.use.click()
    journey.until(lambda: comparison.fresh and comparison.settled and comparison.point_count < before)
    assert not bar.isVisible()
    assert user_trusted_folders().contains(pair[0].parent)


def test_a_hostile_pattern_neither_hangs_nor_freezes_the_window(journey: Journey, tmp_path: Path) -> None:
    pair = [tmp_path / "a.rlog", tmp_path / "b.rlog"]
    for path, end in zip(pair, "!?", strict=True):
        with Recorder(path, agent_type="t", agent_version="1", config={}, run_id="r") as run:
            run.observation("seen", "test", {"text": "a" * 30_000 + end})
    rules_beside(pair[0]).write_text(BACKTRACKING)
    user_trusted_folders().add(tmp_path)
    comparison = journey.window.comparison
    comparison.start(str(pair[1]), str(pair[0]))
    journey.until(lambda: comparison.settled and comparison.compared is not None)
    assert comparison.rules.in_force


def test_a_list_of_trusted_folders_that_is_damaged_allows_nothing(tmp_path: Path) -> None:
    file = tmp_path / "trusted-folders.json"
    trusted = TrustedFolders(file)
    for content in (b"", b"{}", b"[1]", b"[" * 100_000, b'"' + bytes(os.fsencode(tmp_path)) + b'"', os.urandom(99)):
        file.write_bytes(content)
        assert not trusted.contains(tmp_path)
    file.unlink()
    os.mkfifo(file)
    assert not trusted.contains(tmp_path)
    file.unlink()
    odd = tmp_path / os.fsdecode(b"gro\xdf")
    odd.mkdir()
    trusted.add(odd)
    trusted.add(tmp_path)
    assert trusted.contains(odd)
    assert trusted.contains(tmp_path)
    assert not trusted.contains(tmp_path / "other"), "a folder within is another folder"
    assert file.stat().st_mode & 0o077 == 0


def sparse(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(5 << 30)


BROKEN: tuple[Callable[[Path], object], ...] = (
    *(os.mkfifo, Path.mkdir, sparse),
    *(lambda path: path.symlink_to(path), lambda path: path.symlink_to("/dev/zero")),
    lambda path: path.write_text("a = " + "[" * 100_000),
    lambda path: path.write_text(".".join(["a"] * 30_000) + " = 1"),
    lambda path: path.write_text('{"a": {"b": 1e999}, "c": [[[[]]]]}'),
    lambda path: path.write_text("rule = 5\nnote = {}\noutcome = []\n"),
    lambda path: path.write_bytes(b"\xff\xfe\0" * 99),
)


def test_files_of_the_program_that_are_broken_end_in_words(
    pair: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A line at most, and nothing is waited for; what is only cached is done without."""
    for name in ("CONFIG", "CACHE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / name))
    (foreign := tmp_path / "steps.jsonl").write_text('{"event": "started", "n": 1}\n{"event": "ended", "n": 2}\n')
    places, diff = user_notes_places(), ["diff", *map(str, pair)]
    contrast, info = ["contrast", *map(str, pair)], ["info", str(foreign)]
    files = [(user_rules(), diff), (user_rules().parent / "trusted-folders.json", diff), (user_mappings(), info)]
    files += [(places.own_notes(pair[0]), contrast), (Path(places.own), contrast), (survey_cache(), contrast)]
    files += [(conversion_cache(), info)]
    for path, command in files:
        path.parent.mkdir(parents=True, exist_ok=True)
        for number, broken in enumerate(BROKEN):
            if os.path.lexists(path):
                shutil.rmtree(path)
            broken(path)
            try:
                code, printed = main(command), capsys.readouterr()
                assert code in (0, 1, 2), (path, number)
                errors = printed.err.splitlines()
                assert len(errors) < 2, (path, number, errors)
                assert "internal error" not in printed.err, (path, number)
                assert (code == 2) is bool(errors) or path in (survey_cache(), conversion_cache()), (path, number)
            finally:
                shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink(missing_ok=True)


@pytest.mark.parametrize("name", ["agent-x.jsonl", "agent-x.meta.json", "session-1/subagents/agent-y.jsonl"])
def test_pipes_beside_a_session_are_not_waited_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    session = write(tmp_path, user("u1", None, "find it"), assistant("a1", "u1", text("here")))
    pipe = tmp_path / name.replace("session-1", session.stem)
    pipe.parent.mkdir(parents=True, exist_ok=True)
    os.mkfifo(pipe)
    assert main(["info", str(session)]) in (0, 2)
    assert "Traceback" not in capsys.readouterr().err
