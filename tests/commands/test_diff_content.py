"""diff: what is compared, outcomes, what never leads, and pairs of real shapes with their right cause."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from replay_gui.core.recorder.recorder import Recorder
from tests.commands.conftest import Command
from tests.helpers.claude_code_lines import assistant, call, result, user, write
from tests.helpers.paths import CASES


def record(path: Path, write: Callable[[Recorder], object], text: str = "done") -> Path:
    """A run with what `write` adds between its question and its answer."""
    with Recorder(path, "t", "1", {"n": 1}, run_id=path.stem, created=1) as run:
        run.observation("message", "user", "go", time=2)
        write(run)
        run.decision("answer", text, time=9)
    return path


def pair(folder: Path, a: Callable[[Recorder], object], b: Callable[[Recorder], object]) -> tuple[Path, Path]:
    return record(folder / "a.rlog", a), record(folder / "b.rlog", b)


# ---- pairs of real shapes -------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("case", "cause", "position", "words"),
    [
        ("openai-chat-diff", "decision", 2, ("get_weather", "delete_everything")),
        ("otel-span-events-diff", "observation", 1, ("Kiel", "Bonn")),
        ("otel-genai-parts-diff", "decision", 7, ("9 degrees", "5 degrees")),
        ("burr-diff", "other", 3, ("count_to", "42", "43")),
        ("cc-api-error-diff", "decision", 5, ("pytest", "rm -rf x")),
        ("langsmith-diff", "observation", 1, ("Kiel", "Bonn")),
    ],
)
def test_the_first_cause_is_what_a_reader_would_say(
    command: Command, case: str, cause: str, position: int, words: tuple[str, ...]
) -> None:
    a, b = sorted((CASES / case).iterdir())
    result = command("diff", "--json", a, b)
    found = result.object
    first = found["causes"][0]
    assert (result.code, found["diverged"], first["cause"], first["certain"]) == (1, True, cause, True)
    assert found["first"]["position"] == found["points"][first["point"]]["position"] == position
    assert [word for word in words if word not in first["explanation"]] == []


@pytest.mark.parametrize("case", ["cc-api-error-diff", "langsmith-diff", "burr-diff"])
def test_a_copy_is_the_same(command: Command, tmp_path: Path, case: str) -> None:
    a = sorted((CASES / case).iterdir())[0]
    copy = tmp_path / a.name
    shutil.copy(a, copy)
    result = command("diff", "--json", a, copy)
    assert (result.code, result.object["diverged"], result.object["compared"]["whole"]) == (0, False, True)


# ---- outcomes -------------------------------------------------------------------------------------------
def _graded(passed: bool) -> Callable[[Recorder], object]:
    return lambda run: run.outcome(passed=passed, score=float(passed), by="tests")


def test_equal_steps_with_another_outcome_are_not_the_same(command: Command, tmp_path: Path) -> None:
    a, b = pair(tmp_path, _graded(True), _graded(False))
    result = command("diff", "--json", a, b)
    found = result.object
    assert (result.code, found["diverged"], found["causes"], found["points"], found["first"]) == (1, True, [], [], None)
    assert (found["counts"]["equal"], found["counts"]["changed"]) == (3, 0)
    assert found["outcomes"]["a"]["outcome"] == {"passed": True, "score": 1.0, "by": "tests", "label": None}
    assert (found["outcomes"]["b"]["outcomes"][0]["passed"], found["outcomes"]["b"]["end"]) == (False, None)
    output = command("diff", a, b).out
    assert "Outcome of A: passed, score 1 by tests\nOutcome of B: failed, score 0 by tests\n" in output
    assert "Every step is equal. The outcomes differ." in output
    assert "the same" not in output


def test_an_outcome_that_one_run_lacks_is_a_difference(command: Command, tmp_path: Path) -> None:
    a, b = pair(tmp_path, _graded(True), lambda run: None)
    assert command("diff", a, b).code == 1
    assert "Outcome of B: unknown" in command("diff", a, b).out


def test_equal_outcomes_are_no_cause_and_no_difference(command: Command, tmp_path: Path) -> None:
    a, b = pair(tmp_path, _graded(True), _graded(True))
    result = command("diff", a, b)
    assert (result.code, "The runs are the same." in result.out) == (0, True)


def test_an_end_after_the_outcome_says_that_one_run_goes_on(command: Command, tmp_path: Path) -> None:
    """What stands after the last step is no step: B ends with its last step, not with its outcome."""

    def write(run: Recorder, steps: int) -> None:
        for step in range(steps):
            run.decision("step", f"step {step}", time=3)
        run.outcome(passed=False, score=0.0, by="tests")

    with Recorder(tmp_path / "a.rlog", "t", "1", run_id="a", created=1) as a:
        write(a, 3)
    with Recorder(tmp_path / "b.rlog", "t", "1", run_id="b", created=1) as b:
        write(b, 2)
    (cause,) = command("diff", "--json", tmp_path / "a.rlog", tmp_path / "b.rlog").object["causes"]
    assert cause["explanation"].startswith("B ends here, and A goes on")


# ---- what never leads -----------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("one", "other", "what"),
    [
        ("at 2026-11-20T09:13:17Z", "at 2026-11-21T10:00:00Z", "clock times"),
        ("took 12 ms", "took 31 ms", "durations"),
        ("id 0f8fad5b-d9cb-469f-a165-70867728950e", "id 7c9e6679-7425-40de-944b-e07fc1f90ae7", "uuids"),
        ("chatcmpl-AbC123dEf456", "chatcmpl-XyZ789gHi012", "ids"),
        ("in /tmp/tmpab12/x.py", "in /tmp/tmpcd34/x.py", "temporary paths"),
    ],
)
def test_ids_clocks_and_paths_never_lead(command: Command, tmp_path: Path, one: str, other: str, what: str) -> None:
    def write(run: Recorder, noise: str, city: str) -> None:
        made = run.tool_request("now", {}, time=3)
        run.tool_response(made, noise, time=4)
        run.decision("step", f"go to {city}", time=5)

    a, b = pair(tmp_path, lambda run: write(run, one, "Kiel"), lambda run: write(run, other, "Bonn"))
    found = command("diff", "--json", a, b).object
    first, last = found["causes"]
    assert ("Kiel" in first["explanation"], first["certain"], found["first"]["position"]) == (True, True, 4)
    assert "after history that differs only by ids, times or paths" in first["explanation"]
    assert f"differs only by {what}" in last["explanation"]
    assert found["points"][last["point"]]["position"] == 3
    output = command("diff", a, b).out
    assert output.index("  1  The model decided") < output.index(f"  2  {last['explanation'].partition(' — ')[0]}")


def test_a_run_that_differs_only_by_a_clock_says_so(command: Command, tmp_path: Path) -> None:
    a, b = pair(
        tmp_path,
        lambda run: run.decision("step", "2026-11-20", time=3),
        lambda run: run.decision("step", "2026-11-21", time=3),
    )
    result = command("diff", a, b)
    assert (result.code, "differs only by clock times" in result.out) == (1, True)


def test_bookkeeping_differs_and_is_never_the_first_cause(command: Command, tmp_path: Path) -> None:
    def write(run: Recorder, title: str, city: str) -> None:
        run.append("x:bookkeeping/title", {"data": title}, time=3)
        run.decision("step", f"go to {city}", time=5)

    a, b = pair(tmp_path, lambda run: write(run, "one", "Kiel"), lambda run: write(run, "two", "Bonn"))
    found = command("diff", "--json", a, b).object
    assert [found["points"][cause["point"]]["position"] for cause in found["causes"]] == [3, 2]
    assert ("Kiel" in found["causes"][0]["explanation"], found["causes"][0]["certain"]) == (True, True)
    (other := tmp_path / "other").mkdir()
    a, b = pair(other, lambda run: write(run, "one", "Kiel"), lambda run: write(run, "two", "Kiel"))
    assert command("diff", a, b).code == 1, "it counts"


# ---- what is compared -----------------------------------------------------------------------------------
def test_members_that_are_not_compared_are_counted_by_name(command: Command, tmp_path: Path) -> None:
    a, b = pair(
        tmp_path,
        lambda run: run.decision("step", "go", time=3, tokens={"input": 3}),
        lambda run: run.decision("step", "go", time=4, cost=0.5),
    )
    found = command("diff", "--json", a, b).object["compared"]
    assert (found["events"], found["whole"]) == (8, True)
    assert found["members_left_out"] == {"time": 8, "cost": 1, "tokens": 1}
    output = command("diff", a, b).out
    assert "The runs are the same.\n3 members are not compared: time, cost, tokens.\n" in output


def _session(folder: Path, *, kind: str, **more: Any) -> Path:
    folder.mkdir()
    lines = user("u1", None, "go"), assistant("a1", "u1", call("t1", "Bash", command="ls"))
    odd: dict[str, Any] = {"type": kind, "uuid": "o1", "parentUuid": "a1", "sessionId": "s1", **more}
    return write(folder, *lines, odd, user("u2", "a1", [result("t1", "a.py")]))


def test_what_was_not_understood_is_compared_whole(command: Command, tmp_path: Path) -> None:
    """A line of an unknown type is an event as any other."""
    a, b = (_session(tmp_path / name, kind="telepathy") for name in "ab")
    found = command("diff", "--json", a, b).object
    assert (found["diverged"], found["compared"]["whole"]) == (False, True)
    other = _session(tmp_path / "c", kind="telekinesis")
    assert command("diff", a, other).code == 1


def test_what_was_cut_makes_the_comparison_less_than_whole(command: Command, tmp_path: Path) -> None:
    a, b = (_session(tmp_path / name, kind="telepathy", **{"k" * 5000: 1}) for name in "ab")
    result = command("diff", "--json", a, b)
    assert (result.code, result.object["diverged"], result.object["compared"]["whole"]) == (0, False, False)
    output = command("diff", a, b).out
    assert "Equal in what is compared; " in output
    assert "members are not compared: " in output
    assert "cut" in output
    assert "the same" not in output
    page = tmp_path / "report.md"
    assert command("diff", a, b, "--report", page).code == 0
    assert "Equal in what is compared" in page.read_text()
    assert "The runs are the same" not in page.read_text()


def test_a_log_edited_in_place_is_not_the_same(command: Command, tmp_path: Path) -> None:
    """Size and time as before: whatever was kept of the log must not decide."""
    a, b = pair(
        tmp_path,
        lambda run: run.decision("step", "take Kiel", time=3),
        lambda run: run.decision("step", "take Kiel", time=3),
    )
    assert command("diff", a, b).code == 0
    facts = b.stat()
    with b.open("r+b") as file:
        data = file.read()
        file.seek(0)
        file.write(data.replace(b"take Kiel", b"take Bonn"))
    os.utime(b, ns=(facts.st_atime_ns, facts.st_mtime_ns))
    assert (b.stat().st_size, b.stat().st_mtime_ns) == (facts.st_size, facts.st_mtime_ns)
    result = command("diff", "--json", a, b)
    assert (result.code, result.object["diverged"]) == (1, True)


def test_a_foreign_file_edited_in_place_is_not_the_same(command: Command, tmp_path: Path) -> None:
    source = CASES / "openai-chat-diff" / "a.jsonl"
    a, b = tmp_path / "a.jsonl", tmp_path / "b.jsonl"
    shutil.copy(source, a)
    shutil.copy(source, b)
    assert command("diff", a, b).code == 0
    facts = b.stat()
    edited = b.read_bytes().replace(b"9 degrees", b"5 degrees")
    with b.open("r+b") as file:
        file.write(edited)
    os.utime(b, ns=(facts.st_atime_ns, facts.st_mtime_ns))
    assert command("diff", a, b).code == 1


def test_the_report_has_what_was_compared_and_the_outcomes(command: Command, tmp_path: Path) -> None:
    a, b = pair(tmp_path, _graded(True), _graded(False))
    page = tmp_path / "report.json"
    assert command("diff", a, b, "--report", page).code == 1
    found = json.loads(page.read_text())
    assert found["comparison"]["diverged"] is True
    assert [result["outcomes"][0]["passed"] for result in found["comparison"]["results"]] == [True, False]
    assert found["runs"][0]["facts"]["result"]["outcomes"][0]["by"] == "tests"
    text = tmp_path / "report.md"
    command("diff", a, b, "--report", text)
    assert [
        word for word in ("Outcomes", "What was compared", "Every step is equal") if word not in text.read_text()
    ] == []
