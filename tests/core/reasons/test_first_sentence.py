"""What the first sentence names: an answer or an end from which the rest follows, and nothing that is not so."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from replay_gui.core.reasons.reason import Reason, ReasonKind
from replay_gui.core.reasons.why import WhyFinder
from replay_gui.core.recorder.recorder import Recorder
from tests.core.reasons.scripts import Step, side_of, write_run

ASK = Step("user", "Please send 250 euros to Jonas.")
LIMITS = Step(tool="get_limits", input={"customer": "C-88120"}, answer={"daily": 1000, "single": 500})
SEND = Step(tool="create_transfer", input={"payee": "P-551", "amount": 250}, answer={"id": "T-1", "status": "executed"})
DONE = Step("agent", "Done.")
FAIL = "Error: connection reset by peer"


def ran(command: str, answer: str = "", error: str | None = None, **more: Any) -> Step:
    return Step(tool="exec_command", input={"cmd": command, **more}, answer=answer, error=error)


def reasons(folder: Path, a: list[Step], b: list[Step], passed: bool | None = True) -> tuple[Reason, ...]:
    """The reasons of two runs, of which `b` failed; None: both are unknown; False: both passed."""
    folder.mkdir(exist_ok=True)
    outcomes = {True: (True, False), False: (True, True), None: (None, None)}[passed]
    sides = [
        side_of(write_run(folder / f"{name}.rlog", steps, outcome, name))
        for name, steps, outcome in zip("ab", (a, b), outcomes, strict=True)
    ]
    return WhyFinder(sides[0], sides[1], ("good", "bad")).find().reasons


def test_an_answer_with_another_fact_comes_before_what_follows_from_it(tmp_path: Path) -> None:
    less = replace(LIMITS, answer={"daily": 1000, "single": 200})
    end = Step("agent", "Your limit is too low.")
    first, second = reasons(tmp_path / "1", [ASK, LIMITS, SEND, DONE], [ASK, less, end])
    assert first.sentence == "get_limits(C-88120) was answered differently (event 4 of bad against event 4 of good)."
    assert first.details == ("single: 200 against 500.",)
    assert second.kind is ReasonKind.MISSING
    turned = reasons(tmp_path / "2", [ASK, less, end], [ASK, LIMITS, SEND, DONE], passed=None)
    assert [reason.kind for reason in turned] == [ReasonKind.WORLD, ReasonKind.EXTRA], "in either order of the runs"
    words = [replace(LIMITS, answer=f"{word} limits are as agreed: 1000 a day.") for word in ("All", "The")]
    first = reasons(tmp_path / "3", [ASK, words[0], SEND, DONE], [ASK, words[1], end])[0]
    assert first.kind is ReasonKind.MISSING, "two texts may say the same"
    failed, missing = (ran("pytest", text, text) for text in ("1 failed", "No module named pytest"))
    first = reasons(tmp_path / "5", [ASK, failed, SEND, DONE], [ASK, missing, end])[0]
    assert first.kind is ReasonKind.WORLD, "one of two errors says that the program is not there"
    other = replace(SEND, input={"payee": "P-907", "amount": 250})
    first = reasons(tmp_path / "4", [ASK, LIMITS, SEND, DONE], [other, ASK, less, end])[0]
    assert first.kind is not ReasonKind.WORLD, "another action before it does not follow from it"


def test_a_change_that_is_answered_differently(tmp_path: Path) -> None:
    held = replace(SEND, answer=json.dumps({"id": "T-2", "status": "pending_review"}))
    (only,) = reasons(tmp_path / "1", [ASK, SEND, DONE], [ASK, held, DONE])
    assert (only.kind, only.details) == (ReasonKind.WORLD, ("status: pending_review against executed, and more.",))
    new_id = replace(SEND, answer={"id": "T-2", "status": "executed"})
    assert reasons(tmp_path / "2", [ASK, SEND, DONE], [ASK, new_id, DONE]) == ()


def test_an_end_comes_before_what_was_not_done(tmp_path: Path) -> None:
    later = [ran("pytest -q", "4 passed"), ran("./manage.py migrate"), ran("git commit -m x")]
    first, *rest = reasons(tmp_path / "1", [ASK, *later, DONE], [ASK, later[0]])
    assert first.sentence.startswith("bad ended after the answer to a call, with no further word of the agent (")
    assert {reason.kind for reason in rest} == {ReasonKind.MISSING}
    assert "migrate" in rest[0].sentence


def test_a_command_is_tried_again_by_the_same_program(tmp_path: Path) -> None:
    failed = ran("pytest -q tests/billing -m 'not slow and totals'", "1 failed", "1 failed")
    commit = ran("git commit -q -m 'totals and tests'")
    (first, *_) = reasons(tmp_path / "1", [ASK, failed, commit, DONE], [ASK, failed, DONE])
    assert first.sentence.startswith("bad never ran “git commit")
    assert not any("tried" in sentence for sentence in first.details), "a failed test is no try of a commit"
    refused = ran("git commit -q -m 'totals'", "fatal: not now", "fatal: not now")
    (first, *_) = reasons(tmp_path / "2", [ASK, commit, DONE], [ASK, refused, DONE])
    assert any("tried something like it" in sentence for sentence in first.details)


def test_how_a_command_is_run_is_no_knowledge(tmp_path: Path) -> None:
    commit = ran("git commit -m x", yield_time_ms=1000, description="Commit", state="confirmed")
    look = ran("ls", yield_time_ms=1000, description="Commit", state="confirmed")
    (first, *_) = reasons(tmp_path / "1", [ASK, look, commit, DONE], [ASK, look, DONE])
    assert not any("knew" in sentence or "introduced" in sentence for sentence in first.details)


def test_the_last_error_of_a_call_is_named(tmp_path: Path) -> None:
    def tried(answer: str) -> Step:
        return replace(SEND, answer=answer, error=answer)

    steps = [ASK, tried(FAIL), tried("Error: limit exceeded"), DONE]
    (first, *_) = reasons(tmp_path / "1", [ASK, DONE], steps)
    assert first.sentence == (
        "bad was answered “Error: limit exceeded” by create_transfer (event 5), and this call was not tried again."
    )
    (first, *_) = reasons(tmp_path / "2", [ASK, DONE], [ASK, tried(FAIL), tried(FAIL), DONE])
    assert first.sentence.endswith("(event 3), and no later try succeeded.")


def test_amounts_and_answers_in_other_words(tmp_path: Path) -> None:
    told = [Step("agent", words) for words in ("The total is 34.00 EUR.", "Done. The extra charge is $81.00.")]
    talk = [ASK, Step("user", "Yes."), LIMITS]
    first = reasons(tmp_path / "1", [*talk, SEND, DONE], [*talk, SEND, told[1]])[0]
    assert first.sentence.startswith("bad told the user 81 (")

    def answers(number: str, a: str, b: str) -> tuple[Reason, ...]:
        return reasons(tmp_path / number, [ASK, LIMITS, Step("agent", a)], [ASK, LIMITS, Step("agent", b)])

    assert answers("2", "Final answer: North, 418,220.50", "FINAL ANSWER: North, 418220.5") == ()
    assert answers("3", "Final answer: North, 418,220.50", "Final answer: North, 418,220.05") != ()
    assert answers("4", "Final answer: version 3.10", "Final answer: version 3.1") != ()


def test_documentation_needs_no_check(tmp_path: Path) -> None:
    def edit(path: str, text: str) -> Step:
        return Step(tool="Write", input={"file_path": path, "content": text}, answer="ok")

    check = ran("pytest -q", "2 passed")
    code, words = edit("/app/slug.py", "x = 1"), edit("/app/CHANGELOG.md", "- slug")
    (only,) = reasons(tmp_path / "1", [ASK, code, check, words, DONE], [ASK, code, words, DONE])
    assert only.sentence == "bad ran no check at all; good did (event 5)."
    assert reasons(tmp_path / "2", [ASK, code, check, words, DONE], [ASK, code, words, check, DONE]) == ()


def test_a_check_without_an_answer_is_none_and_may_be_one(tmp_path: Path) -> None:
    code = Step(tool="Write", input={"file_path": "/app/slug.py", "content": "x = 1"}, answer="ok")
    checked, plain = [ASK, code, ran("pytest -q", "2 passed")], [ASK, code, DONE]
    begun = [ASK, code, replace(ran("pytest -q"), is_answered=False)]

    def kinds(number: str, a: list[Step], b: list[Step]) -> list[ReasonKind]:
        return [reason.kind for reason in reasons(tmp_path / number, a, b)]

    assert ReasonKind.CHECK not in kinds("1", begun, plain), "whether it ran is not known"
    assert ReasonKind.CHECK not in kinds("2", checked, begun)
    assert ReasonKind.CHECK in kinds("3", checked, plain)


def test_a_note_with_brackets_is_a_sentence(tmp_path: Path) -> None:
    def forward(note: str) -> Step:
        return Step(tool="forward_mail", input={"id": "m_9912", "note": note}, answer={"status": "sent"})

    a, b = forward("The invoice (of Brightwater), due on 27 February."), forward("Invoice; it is due on 27 February.")
    assert [one.kind for one in reasons(tmp_path / "1", [ASK, a, DONE], [ASK, b, DONE])] == [ReasonKind.WORDING]
    code = forward("total = price(1) * amount; print(total) and so on")
    assert reasons(tmp_path / "2", [ASK, a, DONE], [ASK, code, DONE])[0].kind is ReasonKind.ARGUMENT


def test_a_read_after_the_changes_comes_before_those_that_led_to_them(tmp_path: Path) -> None:
    rate = Step(tool="get_rate", input={"of": "EUR"}, answer=1.08)
    seen = Step(tool="get_transfer", input={"id": "T-1"}, answer={"status": "executed"})
    (only,) = reasons(tmp_path / "1", [ASK, rate, SEND, seen, DONE], [ASK, SEND, DONE])
    assert only.sentence == "bad never called get_transfer(T-1), nor made 1 other read; good did (event 7)."


def test_a_number_as_text_and_an_empty_argument_are_wording(tmp_path: Path) -> None:
    def add(**more: Any) -> Step:
        return Step(tool="add_service", input={"booking": "HB-77310", "code": "BRK", **more}, answer={"ok": True})

    others: list[dict[str, Any]] = [{"quantity": "3"}, {"quantity": 3, "note": None}, {"quantity": 3, "note": ""}]
    for number, other in enumerate(others):
        found = reasons(tmp_path / f"{number}", [ASK, add(quantity=3), DONE], [ASK, add(**other), DONE])
        assert [reason.kind for reason in found] == [ReasonKind.WORDING]
    refused = replace(add(quantity="3"), answer={"ok": True, "added": 0})
    (first, *_) = reasons(tmp_path / "9", [ASK, add(quantity=3), DONE], [ASK, refused, DONE])
    assert first.sentence.startswith("bad added service with quantity “3”; good with 3 (")


def test_the_models_that_only_the_answers_name(tmp_path: Path) -> None:
    def run(name: str, *models: str) -> Path:
        path = tmp_path / f"{name}.rlog"
        with Recorder(path, "desk", "1.0", {}) as recorder:
            for model in models:
                recorder.decision("message", "Done.", model=model)
        return path

    small, large, both = (side_of(run(*names)) for names in (("a", "small"), ("b", "large"), ("c", "small", "large")))
    (only,) = WhyFinder(small, large).find().reasons
    assert (only.kind, only.sentence) == (ReasonKind.SETUP, "model is large in B and small in A.")
    assert WhyFinder(small, both).find().reasons == ()
