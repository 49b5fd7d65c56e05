"""Sentences, origins and ranks of the reasons, on small made runs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from replay_gui import Recorder
from replay_gui.core.divergence.rules.rules import Action, Rule, Rules
from replay_gui.core.facts.run_outcome import Outcome, RunResult
from replay_gui.core.reasons.evidence import compared_calls, first_places
from replay_gui.core.reasons.origin import OriginRole
from replay_gui.core.reasons.reason import ReasonKind, Tier
from replay_gui.core.reasons.why import WhyFinder
from replay_gui.core.reasons.why_result import Shared, WhyResult
from replay_gui.core.reasons.why_words import chips, no_reason_words, set_aside_words, why_heading
from tests.core.reasons.scripts import Step, side_of, write_run

HELLO = Step("user", "Hello, please cancel my flight.")
NAME = Step("user", "I am olivia_2305.")
USER = Step(tool="get_user", input={"user_id": "olivia_2305"}, answer={"reservations": ["Z7GOZK"], "tier": "gold"})
CANCEL = Step(tool="cancel_reservation", input={"reservation_id": "Z7GOZK"}, answer={"status": "cancelled"})
HAND_OVER = Step(tool="transfer_to_human_agents", input={"summary": "no id"}, answer="done")


def why(
    folder: Path,
    a: list[Step],
    b: list[Step],
    rules: Rules | None = None,
    passed: tuple[bool | None, bool | None] = (False, True),
) -> WhyResult:
    folder.mkdir(exist_ok=True)
    sides = [
        side_of(write_run(folder / f"{name}.rlog", steps, good, f"run-{name}"))
        for name, steps, good in (("a", a, passed[0]), ("b", b, passed[1]))
    ]
    return WhyFinder(sides[0], sides[1], ("trial 0", "trial 1")).find(rules)


def test_a_missing_action_is_traced_to_what_the_user_never_said(tmp_path: Path) -> None:
    found = why(tmp_path, [HELLO, HAND_OVER], [HELLO, NAME, USER, CANCEL])
    first, second = found.reasons[:2]
    assert found.failed == "a"
    assert why_heading(found) == "Why trial 0 failed"
    assert (first.kind, first.chip, first.tier) == (ReasonKind.MISSING, "input", Tier.ACTION)
    assert first.sentence == "trial 0 never cancelled reservation Z7GOZK; trial 1 did (event 6)."
    assert first.details == ("In trial 0 the user never said olivia_2305 (event 3 of trial 1).",)
    assert (first.a, first.b, first.index_b, first.tool) == (None, CANCEL.input, 5, "cancel_reservation")
    assert [(origin.side, origin.index, origin.value, origin.role) for origin in first.origins] == [
        ("b", 2, "olivia_2305", OriginRole.USER),
        ("b", 4, "Z7GOZK", OriginRole.ANSWER),
    ]
    assert (second.kind, second.tool) == (ReasonKind.GAVE_UP, "transfer_to_human_agents")


def test_of_equal_actions_with_other_outcomes_the_last_words_are_shown_and_are_no_reason(tmp_path: Path) -> None:
    done, sorry = Step("agent", "I have cancelled it."), Step("agent", "I am sorry, that is not possible.")
    found = why(tmp_path / "1", [NAME, USER, CANCEL, sorry], [NAME, USER, USER, CANCEL, done])
    assert (found.reasons, found.set_aside.reads) == ((), 1)
    assert no_reason_words(found) == (
        "No difference was found in what they did. trial 0 ended with “I am sorry, that is not possible.” (event 7);"
        " trial 1 ended with “I have cancelled it.” (event 9)."
    )
    same = why(tmp_path / "2", [NAME, USER, CANCEL, done], [NAME, USER, CANCEL, done])
    assert no_reason_words(same) == "No difference was found in what they did."


def test_what_is_not_known_is_not_judged(tmp_path: Path) -> None:
    found = why(tmp_path, [HELLO, HAND_OVER], [HELLO, NAME, USER, CANCEL], passed=(None, None))
    assert found.failed is None
    assert (found.name_a, found.name_b) == ("A", "B")
    assert why_heading(found) == "What they did differently"
    assert found.reasons[0].sentence == "B cancelled reservation Z7GOZK (event 6); A did not."


def test_an_argument_and_a_value_that_nothing_holds(tmp_path: Path) -> None:
    pay = Step(tool="update_booking", input={"id": "Z7GOZK", "bags": [{"n": 1}], "card": "card_4411"}, answer="ok")
    other = Step(tool="update_booking", input={"id": "Z7GOZK", "bags": [{"n": 1}], "card": "card_9999"}, answer="ok")
    told = Step("user", "Please use card_4411.")
    found = why(tmp_path, [NAME, USER, told, other], [NAME, USER, told, pay])
    first = found.reasons[0]
    assert (first.kind, first.path, first.chip) == (ReasonKind.ARGUMENT, "/card", "made up")
    assert first.sentence == (
        "trial 0 updated booking with card card_9999; trial 1 with card_4411 (event 6 against event 6)."
    )
    assert first.details == ("trial 0 introduced card_9999 itself: no event before event 6 contains it in this form.",)
    assert (first.a, first.b) == (other.input, pay.input)
    assert [reason.kind for reason in found.reasons[1:2]] == [ReasonKind.MADE_UP]


def test_a_name_in_an_extra_action_that_nothing_holds(tmp_path: Path) -> None:
    made_up = Step(tool="cancel_reservation", input={"reservation_id": "QQ77WW"}, answer="ok")
    first = why(tmp_path, [NAME, USER, made_up], [NAME, USER]).reasons[0]
    assert (first.kind, first.chip) == (ReasonKind.EXTRA, "made up")
    assert first.details[0] == "trial 0 introduced QQ77WW itself: no event before event 5 contains it in this form."


def test_a_sum_or_a_date_may_have_been_worked_out(tmp_path: Path) -> None:
    steps = [
        [
            NAME,
            Step(tool="send_refund", input={"user": "olivia_2305", "on": "2026-05-20", "amount": amount}, answer="ok"),
        ]
        for amount in (120, 340)
    ]
    found = why(tmp_path, steps[0], steps[1]).reasons
    assert [(reason.kind, reason.chip) for reason in found] == [(ReasonKind.ARGUMENT, "agent")]


def test_a_call_that_was_never_made(tmp_path: Path) -> None:
    found = why(tmp_path, [NAME, Step("agent", "I cannot find it.")], [NAME, USER, CANCEL])
    first = found.reasons[0]
    assert first.chip == "looking"
    assert first.details[0].startswith("trial 0 never called get_user(olivia_2305)")
    assert "and so learnt Z7GOZK" in first.details[0]


def test_another_answer_of_the_world(tmp_path: Path) -> None:
    empty = Step(tool="get_user", input=USER.input, answer={"reservations": [], "tier": "gold"})
    found = why(tmp_path, [NAME, empty], [NAME, USER, CANCEL])
    assert found.reasons[0].chip == "world"
    assert found.reasons[0].kind is ReasonKind.WORLD, "what it did not do follows from the answer"
    assert found.reasons[0].details == ("reservations[0]: not set against Z7GOZK.",)
    assert found.reasons[1].details[0].startswith("get_user answered differently: it returned Z7GOZK only in trial 1")
    (world,) = [reason for reason in found.reasons if reason.kind is ReasonKind.WORLD]
    assert world.details == ("reservations[0]: not set against Z7GOZK.",)


def test_an_error_and_the_order_that_led_to_it(tmp_path: Path) -> None:
    change = Step(tool="update_address", input={"order_id": "#W675", "street": "Road 7"}, answer="ok")
    items = Step(tool="modify_items", input={"order_id": "#W675", "items": ["a1"]}, answer="ok")
    refused = Step(
        tool="update_address", input=change.input, answer="Error: non-pending order", error="non-pending order"
    )
    asked = Step("user", "Order #W675, Road 7, item a1.")
    found = why(tmp_path, [asked, items, refused], [asked, change, items])
    first = found.reasons[0]
    assert (first.kind, first.chip) == (ReasonKind.ERROR, "order")
    assert "it tried (event 5) and was answered “Error: non-pending order”; trial 1 did (event 3)." in first.sentence
    assert "trial 0 did modify_items(items[0] a1, order_id #W675) first (event 3)" in first.details[0]
    assert (first.index_a, first.index_b) == (4, 2)


def test_commands_in_another_order(tmp_path: Path) -> None:
    asked = Step("user", "Bring the service to the new version.")
    migrate = Step(tool="bash", input={"command": "alembic upgrade head"}, answer="ok")
    restart = Step(tool="bash", input={"command": "systemctl restart app"}, answer="ok")
    first = why(tmp_path / "1", [asked, restart, migrate], [asked, migrate, restart]).reasons[0]
    assert first.kind is ReasonKind.ORDER
    assert first.sentence.startswith(
        "trial 0 ran “systemctl restart app” (event 3) before it ran “alembic upgrade head” (event 5)"
    )
    edit = Step(tool="write_file", input={"path": "app.cfg", "content": "version = 2"}, answer="ok")
    between_edits = why(tmp_path / "2", [asked, edit, restart, migrate], [asked, edit, migrate, restart])
    assert ReasonKind.ORDER not in {reason.kind for reason in between_edits.reasons}


def test_a_figure_that_was_told_otherwise(tmp_path: Path) -> None:
    question = Step("user", "How many bags are free for me?")
    four = Step("agent", "You may take 4 bags with you at no cost at all.")
    six = Step("agent", "You may take 6 bags with you at no cost at all.")
    thanks = Step("user", "Thank you.")
    first = why(tmp_path, [question, four, thanks], [question, six, thanks]).reasons[0]
    assert first.kind is ReasonKind.TOLD
    assert first.sentence == "trial 0 told the user 4, and trial 1 told 6 (event 3 against event 3)."


def test_of_several_figures_those_in_the_same_place_are_compared(tmp_path: Path) -> None:
    good = Step("agent", "A refund of $2,580 will be sent to your original payment method.")
    bad = Step(
        "agent",
        "The price of the new flights is $243, with all bags and taxes, and"
        " a refund of $2,544 will be sent to your original payment method.",
    )
    talk = [Step("user", "What do I get?"), Step("user", "Thank you.")]
    first = why(tmp_path, [talk[0], bad, talk[1]], [talk[0], good, talk[1]]).reasons[0]
    assert first.sentence == "trial 0 told the user 2544, and trial 1 told 2580 (event 3 against event 3)."
    assert all(figure in first.details[0] for figure in ("$2,544", "$2,580")), "the figures stand in what is quoted"


def test_other_last_words_and_clocks_are_no_reason(tmp_path: Path) -> None:
    first = [HELLO, NAME, USER, CANCEL, Step("agent", "It is done since 10:15:02, you will hear from us by mail soon.")]
    second = [
        HELLO,
        NAME,
        USER,
        CANCEL,
        Step("agent", "It is done since 11:42:57, you will hear from us by mail soon."),
    ]
    assert why(tmp_path / "1", first, second).reasons == ()
    assert (
        why(tmp_path / "2", [NAME, CANCEL, Step("agent", "Done.")], [NAME, CANCEL, Step("agent", "Ready!")]).reasons
        == ()
    )


def test_rules_say_what_does_not_matter_and_what_a_tool_does(tmp_path: Path) -> None:
    log = Step(tool="write_audit", input={"line": "x77777"}, answer="ok")
    runs = ([NAME, log], [NAME])
    assert why(tmp_path / "0", *runs).reasons[0].tool == "write_audit"
    assert why(tmp_path / "1", *runs, Rules([Rule(Action.IGNORE, tool="write_audit")])).reasons == ()
    reads = why(tmp_path / "2", *runs, Rules([Rule(Action.READS, tool="write_audit")])).reasons
    assert {reason.kind for reason in reads} == {ReasonKind.LOOK}
    changes = Rules([Rule(Action.CHANGES, tool="get_user")])
    assert why(tmp_path / "3", [NAME], [NAME, USER], changes).reasons[0].kind is ReasonKind.MISSING
    other = Step(tool="write_audit", input={"line": "y88888"}, answer="ok")
    path = Rules([Rule(Action.IGNORE, tool="write_audit", path="/input/line")])
    assert [reason.kind for reason in why(tmp_path / "4", [NAME, log], [NAME, other]).reasons] == [
        ReasonKind.MISSING,
        ReasonKind.EXTRA,
    ]
    assert why(tmp_path / "5", [NAME, log], [NAME, other], path).reasons == ()


def test_outcomes_set_elsewhere_count(tmp_path: Path) -> None:
    sides = [side_of(write_run(tmp_path / f"{n}.rlog", [NAME], None, n)) for n in "ab"]
    results = tuple(RunResult((Outcome(passed, None, "set by hand", None),)) for passed in (True, False))
    found = WhyFinder(sides[0], sides[1], ("x", "y")).find(results=(results[0], results[1]))
    assert (found.failed, found.name_b, found.reasons) == ("b", "y", ())


def test_what_each_run_did_is_side_by_side_and_folded(tmp_path: Path) -> None:
    again = Step(tool="send_note", input={"to": "x12345"}, answer="ok")
    failed = Step(tool="send_note", input={"to": "y12345"}, answer="Error: no", error="no")
    found = why(tmp_path, [NAME, again, again, CANCEL], [NAME, USER, failed, again, CANCEL])
    rows = [(row.tool, row.shared, row.requests_a, row.requests_b, row.failed_b) for row in found.actions]
    assert rows == [
        ("send_note", Shared.ONLY_B, (), (4,), True),
        ("send_note", Shared.BOTH, (2,), (6,), False),
        ("send_note", Shared.ONLY_A, (4,), (), False),
        ("cancel_reservation", Shared.BOTH, (6,), (8,), False),
    ]
    assert set_aside_words(found) == "1 call without an effect only in one run"
    pays = [Step(tool="pay", input={"bags": 1, "card": card, "to": "x12345"}, answer="ok") for card in ("c411", "c999")]
    (row,) = why(tmp_path / "2", [NAME, pays[0]], [NAME, pays[1]]).actions
    assert (row.text_a, row.text_b) == ("c411, bags 1, to x12345", "c999, bags 1, to x12345")


def test_no_sentence_says_because(tmp_path: Path) -> None:
    found = why(tmp_path, [HELLO, HAND_OVER], [HELLO, NAME, USER, CANCEL])
    words = " ".join(text for reason in found.reasons for text in (reason.sentence, *reason.details, *chips(reason)))
    assert "because" not in words.lower()


def test_hostile_text_becomes_one_visible_line(tmp_path: Path) -> None:
    bad = Step(tool="send\x1b[31m_x\ny", input={"to": "a\u202eb\nc12345"}, answer="ok\x07")
    read = Step(tool="get\x1b\n_x", input={"q": "olivia_2305"}, answer={"to": "a\u202eb\nc12345"})
    over = Step(tool="transfer_to_human_agents\n\x1b", input={"summary": "z\x07"}, answer="ok")
    for number, (a, b) in enumerate((([NAME], [NAME, bad]), ([NAME, over], [NAME, read, bad]), ([NAME, bad], [NAME]))):
        found = why(tmp_path / str(number), a, b)
        texts = [text for reason in found.reasons for text in (reason.sentence, *reason.details)]
        texts += [text for row in found.actions for text in (row.text_a, row.text_b)]
        assert texts
        assert all(text.isprintable() for text in texts)


def test_final_answers_are_compared(tmp_path: Path) -> None:
    question = Step("user", "Which book is it?")
    ended = [Step("agent", "TERMINATE")]
    first = [question, Step("agent", "I looked.\nFINAL ANSWER:\n```text\nThe Dispossessed\n```"), *ended]
    second = [question, Step("agent", "Final answer is: **Solaris**."), *ended]
    assert why(tmp_path / "1", first, second).reasons[0].sentence == (
        "trial 0 answered “The Dispossessed” (event 3); trial 1 answered “Solaris” (event 3)."
    )
    assert why(tmp_path / "2", first, [question, Step("agent", "final answer: the dispossessed!")]).reasons == ()
    silent = [question, Step("agent", "I do not know.")]
    assert why(tmp_path / "3", silent, second).reasons[0].sentence == (
        "trial 1 answered “Solaris” (event 3);"
        " trial 0 names no final answer: its last message is “I do not know.” (event 3)."
    )
    assert why(tmp_path / "4", [question, Step("agent", "No")], [question, Step("agent", "Yes.")]).reasons[
        0
    ].sentence == ("trial 0 ended with “No” (event 3); trial 1 ended with “Yes.” (event 3).")


def test_graded_answers_and_their_origin(tmp_path: Path) -> None:
    sides = []
    for name, answer in (("a", "FLAG{wrong_one}"), ("b", "FLAG{right_one}")):
        path = tmp_path / f"{name}.rlog"
        with Recorder(path, "t", "1", config={}, run_id=name, created=1) as run:
            run.tool_response(run.tool_request("bash", {"command": "cat flag"}), f"it is {answer}")
            run.outcome(passed=name == "b", by="match", answer=answer, expected="FLAG{right_one}")
        sides.append(side_of(path))
    first = WhyFinder(sides[0], sides[1], ("x", "y")).find().reasons[0]
    assert (
        first.sentence
        == "x answered “FLAG{wrong_one}” (event 4); y “FLAG{right_one}” (event 4); wanted “FLAG{right_one}”."
    )
    assert "x had “FLAG{wrong_one}” from an answer of bash (event 3)." in first.details


def test_set_ups_by_what_can_matter(tmp_path: Path) -> None:
    def reasons(folder: str, a: dict[str, Any], b: dict[str, Any]) -> list[tuple[ReasonKind, Tier, str]]:
        sides = []
        for name, config in (("a", a), ("b", b)):
            path = tmp_path / f"{folder}-{name}.rlog"
            with Recorder(path, "t", "1", config=config, run_id=name, created=1) as run:
                run.decision("message", "hello")
            sides.append(side_of(path))
        return [(r.kind, r.tier, r.sentence) for r in WhyFinder(sides[0], sides[1]).find().reasons]

    assert reasons("1", {"timeout": 3, "model": "m"}, {"timeout": 4, "model": "n"}) == [
        (ReasonKind.SETUP, Tier.LOOKED, "model is n in B and m in A (and 1 more).")
    ]
    assert reasons("1b", {"limit": 3, "model": "m"}, {"limit": 4, "model": "n"})[0][2].startswith("model is n")
    assert reasons("2", {"pull_timeout": 3}, {"pull_timeout": 4}) == [
        (ReasonKind.SETUP, Tier.OTHER, "pull_timeout is 4 in B and 3 in A.")
    ]
    assert reasons("3", {"task_id": 3}, {"task_id": 4}) == [
        (ReasonKind.SETUP, Tier.ACTION, "They are runs of different tasks: 4 in B, 3 in A.")
    ]
    assert reasons("4", {"task_id": 3, "x": 1}, {"x": 2})[0][2] == "task_id is not set in B and 3 in A (and 1 more)."


def test_a_run_that_was_cut_off(tmp_path: Path) -> None:
    sides = []
    for name, how in (("a", "limit"), ("b", "answered")):
        path = tmp_path / f"{name}.rlog"
        with Recorder(path, "t", "1", config={}, run_id=name, created=1) as run:
            run.observation("message", "user", "Go on.")
            run.append("x:end", {"how": how, "why": "max_steps"})
        sides.append(side_of(path))
    (reason,) = WhyFinder(sides[0], sides[1]).find().reasons
    assert reason.kind is ReasonKind.CUT_OFF
    assert reason.sentence == "A ended at a limit (max steps; event 2 of 3); B came to its end."
    with Recorder(tmp_path / "c.rlog", "t", "1", config={}, run_id="c", created=1) as run:
        run.observation("message", "user", "Go on.")
    unknown = side_of(tmp_path / "c.rlog")
    (reason,) = WhyFinder(sides[0], unknown).find().reasons
    assert reason.sentence == "A ended at a limit (max steps; event 2 of 3); B did not."


def test_what_was_not_traced_is_not_claimed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(first_places, "_BUDGET_BYTES", 10)
    found = why(tmp_path, [HELLO, HAND_OVER], [HELLO, NAME, USER, CANCEL])
    assert found.reasons[0].kind is ReasonKind.MISSING
    assert found.reasons[0].details == ()
    assert found.limits == ("The runs are so long that not all values were traced to their origins.",)


def test_of_long_runs_a_call_that_one_made_more_often_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Equal calls of both are not read then, so that it is not claimed that the other never made it."""
    monkeypatch.setattr(compared_calls, "MAX_CALLS", 3)
    often = [Step(tool="get_order", input={"order_id": f"#W{n}"}, answer="pending") for n in range(6)]
    found = why(tmp_path, often, [*often[:3], USER, *often[3:], often[0]], passed=(None, None))
    assert [reason.sentence for reason in found.reasons] == [
        "B called get_user(olivia_2305) (event 8) and made 1 other read more often than A."
    ]
    assert found.limits == ("6 calls of A and 6 of B, which are equal, are not listed.",)


def test_the_values_of_all_actions_are_looked_for_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each run is passed over once for the values of the actions, and once for those of what led to them."""
    looked = [
        Step(tool="get_order", input={"order_id": f"#W{n:07d}"}, answer={"customer": f"cust_{n}_x"}) for n in range(9)
    ]
    gone = [Step(tool="cancel_order", input={"id": f"cust_{n}_x"}, answer="ok") for n in range(9)]
    passes: list[int] = []
    stretches = first_places.FirstPlaces._stretches

    def counted(places: first_places.FirstPlaces) -> Any:
        passes.append(1)
        return stretches(places)

    monkeypatch.setattr(first_places.FirstPlaces, "_stretches", counted)
    found = why(tmp_path, [HELLO, *looked], [HELLO, *looked, *gone])
    assert sum(reason.kind is ReasonKind.MISSING for reason in found.reasons) == 9
    assert all(len(reason.origins) == 2 for reason in found.reasons[:9])
    assert len(passes) <= 5
