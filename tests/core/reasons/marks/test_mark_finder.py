"""Marks on one run."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from replay_gui import EventLog, Recorder
from replay_gui.core.log.positions import EventIndex
from replay_gui.core.reasons.marks import mark_finder
from replay_gui.core.reasons.marks.mark_finder import MarkFinder
from replay_gui.core.reasons.marks.run_mark import MarkKind, RunMark
from tests.core.reasons.scripts import Step, write_run

TASK = Step("user", "Please fix it for 250 dollars.")
FAILED = Step(tool="book_flight", input={"id": "HAT1"}, answer="Error: full", error="full")
BOOKED = Step(tool="book_flight", input={"id": "HAT1"}, answer="booked")
EDIT = Step(tool="Edit", input={"file_path": "a.py", "old_string": "x", "new_string": "y"}, answer="ok")
TEST = Step(tool="bash", input={"command": "pytest -q"}, answer="1 passed")
BROKEN = Step(tool="bash", input={"command": "pytest -q"}, answer="1 failed", error="exit status 1")
ONE_TEXT = "edit 287:295 required = ['Rows', 'Columns']"
ONE_TEXT_FAILED = Step(tool="edit", input=ONE_TEXT, answer="new syntax error", error="syntax")
CREATE = Step(tool="create", input={"command": "create try.py"}, answer="done")
READ = Step(tool="get_order", input={"id": "W1"}, answer="open")


def command(text: str) -> Step:
    return Step(tool="bash", input={"command": text}, answer="")


def marks(path: Path, *steps: Step) -> list[tuple[MarkKind, str, tuple[int, ...]]]:
    log = EventLog.open(write_run(path / "run.rlog", [*steps], None, "r"))
    finder = MarkFinder()
    for event in log:
        finder.add_event(event)
    return [(mark.kind, mark.sentence, mark.events) for mark in finder.marks(log)]


def test_what_the_user_checked_is_not_marked(tmp_path: Path) -> None:
    for number, (command, is_marked) in enumerate((("! ls", True), ("! pytest -q", False))):
        path = tmp_path / f"{number}.rlog"
        with Recorder(path, "made", "1", state_hash_every=0) as run:
            run.tool_response(run.tool_request(EDIT.tool, EDIT.input), EDIT.answer)
            run.observation("command", "user", command)
        finder, log = MarkFinder(), EventLog.open(path)
        for event in log:
            finder.add_event(event)
        assert [mark.kind for mark in finder.marks(log)] == [MarkKind.CHECK] * is_marked


@pytest.mark.parametrize(
    ("steps", "found"),
    [
        ((TASK, BOOKED), []),
        ((TASK, FAILED, BOOKED), []),
        ((TASK, READ, READ), []),
        ((TASK, EDIT, TEST), []),
        ((TASK, Step("agent", "It is 250, in 2026, for 3.")), []),
        (
            (TASK, *(replace(FAILED, answer=f"Error: it does not add up, {'the ' * 9}total is {n}") for n in "12")),
            [
                (
                    MarkKind.ERROR,
                    "book_flight was answered “Error: it does not add up, the the the the the the the the …” 2 times"
                    " (event 3), and no later try succeeded.",
                    (2, 4),
                )
            ],
        ),
        (
            (TASK, FAILED, FAILED),
            [
                (
                    MarkKind.ERROR,
                    "book_flight was answered “Error: full” 2 times (event 3), and no later try succeeded.",
                    (2, 4),
                )
            ],
        ),
        (
            (TASK, replace(FAILED, answer=[{"type": "text", "text": "Error: no"}, {"type": "image"}])),
            [
                (
                    MarkKind.ERROR,
                    "book_flight was answered “Error: no” (event 3), and this call was not tried again.",
                    (2,),
                )
            ],
        ),
        *(
            (
                (TASK, replace(FAILED, answer=answer, error=error)),
                [
                    (
                        MarkKind.ERROR,
                        f"book_flight was answered “{why}” (event 3), and this call was not tried again.",
                        (2,),
                    )
                ],
            )
            for answer, error, why in (
                ("import os\n# a file", "no such folder", "no such folder"),
                ("import os\n# a file", "exit 1", "exit 1"),
                ("import os\nOSError: disk full\n", "exit 2", "exit 2 · OSError: disk full"),
                ("", "Exit code 1\nimport os\nls: x: No such file", "exit 1 · ls: x: No such file"),
            )
        ),
        (
            (TASK, replace(FAILED, answer=None)),
            [(MarkKind.ERROR, "book_flight was answered “full” (event 3), and this call was not tried again.", (2,))],
        ),
        (
            (READ, READ, TASK, READ, READ),
            [
                (
                    MarkKind.LOOP,
                    "get_order(W1) was called 4 times and answered the same (event 2 to event 9).",
                    (1, 3, 6, 8),
                )
            ],
        ),
        (
            (TASK, EDIT, BROKEN),
            [(MarkKind.CHECK, "The last check failed (event 5: bash(pytest -q)).", (4,))],
        ),
        (
            (TASK, TEST, EDIT),
            [
                (
                    MarkKind.CHECK,
                    "No check was made after the last change (event 5: Edit(a.py, new_string y, old_string x)).",
                    (4, 2),
                )
            ],
        ),
        (
            (TASK, EDIT),
            [
                (
                    MarkKind.CHECK,
                    "No check was made; the last change is event 3: Edit(a.py, new_string y, old_string x).",
                    (2,),
                )
            ],
        ),
        ((TASK, TEST, EDIT, TEST, EDIT, TEST), []),
        ((TASK, ONE_TEXT_FAILED, replace(ONE_TEXT_FAILED, input=f"{ONE_TEXT}, ok", answer="done", error=None)), []),
        ((TASK, replace(EDIT, answer="Error: no such text", error="no"), EDIT, TEST), []),
        ((TASK, EDIT, TEST, command("git diff > patch.txt"), command("git add -A && git commit -m done")), []),
        ((TASK, EDIT, command("cat > try.py <<E\nprint(1)\nE"), TEST, command("rm try.py")), []),
        ((TASK, TEST, EDIT, command("sqlfluff lint q.sql")), []),
        ((TASK, CREATE, EDIT, TEST, Step(tool="rm", input={"command": "rm try.py"}, answer="")), []),
        ((TASK, replace(EDIT, answer="Error: not read", error="no"), replace(EDIT, tool="MultiEdit"), TEST), []),
        ((TASK, EDIT, command("git commit -am done && pytest -q")), []),
        (
            (TASK, EDIT, command("pytest -q; sed -i s/a/b/ a.py")),
            [
                (
                    MarkKind.CHECK,
                    "No check was made after the last change (event 5: bash(pytest -q; sed -i s/a/b/ a.py)).",
                    (4,),
                )
            ],
        ),
        ((TASK, EDIT, command("sed -i s/a/b/ a.py && pytest -q | tee out.txt; git add -A; git commit -m x")), []),
        (
            (TASK, Step("agent", "That makes 1,250.50 and 773 in all.")),
            [(MarkKind.FIGURES, "The figures 1250.5, 773 are in no earlier event (event 3).", (2,))],
        ),
        ((TASK, Step("agent", "The changes are in a.py:24-40,540,670 and b.py 12,77,5.")), []),
        (
            (
                TASK,
                Step(tool="read_file", input={"path": "a.csv"}, answer="12000,34000"),
                Step("agent", "12000 and 34,000"),
            ),
            [],
        ),
    ],
)
def test_what_is_marked(
    steps: tuple[Step, ...], found: list[tuple[MarkKind, str, tuple[int, ...]]], tmp_path: Path
) -> None:
    assert marks(tmp_path, *steps) == found


@pytest.mark.parametrize(
    ("passed", "expected", "ending"),
    [
        (False, "FLAG{ab}", "; they differ in 1 character. The answer is first in event 3."),
        (False, "flag{A\\b}", "; they differ in capital letters alone. The answer is first in event 3."),
        (False, "other", ". The answer is first in event 3."),
        (True, "flag{a\\b}", None),
    ],
)
def test_an_answer_against_its_target(passed: bool, expected: str, ending: str | None, tmp_path: Path) -> None:
    path = tmp_path / "run.rlog"
    with Recorder(path, "t", "1", run_id="r") as run:
        run.tool_response(run.tool_request("bash", {"command": "cat flag"}), "flag is FLAG{a\\b}")
        run.decision("message", "FLAG{a\\b}")
        run.outcome(passed=passed, by="match", answer="FLAG{a\\b}", expected=expected)
    log, finder = EventLog.open(path), MarkFinder()
    for event in log:
        finder.add_event(event)
    sentence = f"The answer is “FLAG{{a\\b}}”, the target “{expected}”{ending}"
    wanted = () if ending is None else (RunMark(MarkKind.ANSWER, sentence, (EventIndex(2), EventIndex(4))),)
    assert finder.marks(log) == wanted


def test_a_check_that_was_denied_has_not_failed(tmp_path: Path) -> None:
    with Recorder(tmp_path / "run.rlog", "t", "1", run_id="r") as run:
        asked = run.tool_request("bash", {"command": "pytest -q"})
        run.tool_response(asked, "no", success=False, error="no")
        run.append("CapabilityDenied", {"capability": "bash", "tool_name": "bash", "reason": "no"})
    finder = MarkFinder()
    for event in EventLog.open(tmp_path / "run.rlog"):
        finder.add_event(event)
    assert "The last check was denied (event 2: bash(pytest -q))." in [mark.sentence for mark in finder.marks()]


def test_a_call_after_which_the_state_changes_is_no_loop(tmp_path: Path) -> None:
    with Recorder(tmp_path / "run.rlog", "t", "1", run_id="r") as run:
        for number in range(4):
            run.tool_response(run.tool_request("counter", {}), None)
            ops = [{"op": "add", "path": "/counter", "value": number}]
            run.append("StateTransition", {"transition_type": "counter", "ops": ops})
    finder = MarkFinder()
    for event in EventLog.open(tmp_path / "run.rlog"):
        finder.add_event(event)
    assert finder.marks() == ()


def test_a_run_that_is_too_long_has_no_marks(tmp_path: Path) -> None:
    log = EventLog.open(write_run(tmp_path / "run.rlog", [TASK, FAILED], None, "r"))
    finder = MarkFinder(max_events=3)
    for event in log:
        finder.add_event(event)
    assert finder.gave_up
    assert finder.marks(log) == ()


def test_a_long_loop_names_its_first_events_and_its_last(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mark_finder, "_MAX_EVENTS_OF_MARK", 4)
    ((_, sentence, events),) = marks(tmp_path, TASK, *[READ] * 9)
    assert sentence.startswith("get_order(W1) was called 9 times")
    assert events == (2, 4, 6, 18)


def test_how_often_a_call_failed_is_not_said_where_not_all_are_remembered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mark_finder, "_MAX_OPEN_FAILURES", 2)
    ((_, sentence, _), _) = marks(tmp_path, TASK, FAILED, FAILED, FAILED)
    assert sentence.startswith("book_flight was answered “Error: full” 2 times or more (event 3)")
