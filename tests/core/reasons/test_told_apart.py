"""Sentences that would be false or misleading, and are not said."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from replay_gui.core.effects.call_reader import call_key
from replay_gui.core.reasons.findings.figure_reasons import figures_of
from replay_gui.core.reasons.reason import Reason, ReasonKind, Tier
from replay_gui.core.reasons.why import WhyFinder
from replay_gui.core.recorder.recorder import Recorder
from tests.core.reasons.scripts import Step, side_of, write_run

NAMED = Step("user", "I am olivia_2305, please cancel Z7GOZK.")
UNNAMED = Step("user", "I am olivia_2305, please cancel one of them.")
USER = Step(tool="get_user", input={"user_id": "olivia_2305"}, answer={"reservations": ["Z7GOZK"]})
OFFER = Step("agent", "You have Z7GOZK. It costs nothing. Shall I cancel the reservation?")
YES, NO = Step("user", "Yes."), Step("user", "I am not sure.")
CANCEL = Step(tool="cancel_reservation", input={"reservation_id": "Z7GOZK"}, answer={"status": "cancelled"})
DONE = Step("agent", "Your reservation is cancelled.")
TASK = Step("user", "Fix it.")


def reasons(folder: Path, a: list[Step], b: list[Step], passed: bool | None = True) -> tuple[Reason, ...]:
    """The reasons of two runs, of which `b` failed if `passed`; None: nothing is known."""
    folder.mkdir(exist_ok=True)
    outcomes = (None, None) if passed is None else (True, False)
    sides = [
        side_of(write_run(folder / f"{name}.rlog", steps, outcome, name))
        for name, steps, outcome in zip("ab", (a, b), outcomes, strict=True)
    ]
    return WhyFinder(sides[0], sides[1], ("good", "bad")).find().reasons


def ran(command: str, answer: Any = "") -> Step:
    return Step(tool="bash", input={"command": command}, answer=answer)


def test_what_the_user_named_and_what_was_said_instead(tmp_path: Path) -> None:
    first = reasons(tmp_path / "1", [NAMED, USER, OFFER, YES, CANCEL], [UNNAMED, USER, OFFER, NO])[0]
    assert first.chip == "input"
    assert first.details == ("In good the user named Z7GOZK (event 2); in bad the user never did.",)
    assert [(origin.side, origin.index) for origin in first.origins if origin.value == "Z7GOZK"] == [("a", 1)]
    asked = replace(OFFER, text="Well. Shall I cancel the reservation for you?")
    first = reasons(tmp_path / "2", [NAMED, USER, OFFER, YES, CANCEL], [NAMED, USER, asked, NO])[0]
    assert first.details == (
        "bad knew Z7GOZK, too; instead it asked “Shall I cancel the reservation for you?” (event 5),"
        " and the user said “I am not sure.” (event 6).",
    )
    first = reasons(tmp_path / "3", [NAMED, USER, OFFER, YES, CANCEL], [NAMED, USER, OFFER, YES, DONE])[0]
    assert "instead it said “Your reservation is cancelled.” (event 7)." in first.details[0], "not what both said"
    first = reasons(tmp_path / "4", [NAMED, USER, OFFER, NO], [NAMED, USER, OFFER, YES, CANCEL])[0]
    assert first.details[1:] == (
        "Before it, bad asked “Shall I cancel the reservation?” (event 5), and the user said “Yes.” (event 6).",
    )


def test_another_thing_that_was_refused_is_no_try_of_this(tmp_path: Path) -> None:
    refused = Step(tool="cancel_reservation", input={"reservation_id": "QQ11QQ"}, answer="Error: no", error="no")
    first = reasons(tmp_path / "1", [NAMED, USER, CANCEL, DONE], [NAMED, USER, refused, DONE])[0]
    assert first.kind is ReasonKind.MISSING
    assert not any("tried" in sentence for sentence in first.details)
    same = replace(CANCEL, answer="Error: locked", error="locked")
    found = reasons(tmp_path / "2", [NAMED, USER, CANCEL, DONE], [NAMED, USER, same, DONE])
    assert [(reason.kind, reason.details) for reason in found] == [(ReasonKind.ERROR, ())], "it is said once"
    found = reasons(tmp_path / "3", [NAMED, USER, CANCEL, DONE], [NAMED, USER, same, same, DONE])
    assert [reason.kind for reason in found] == [ReasonKind.ERROR], "and of two equal tries, too"


def test_without_outcomes_the_order_of_the_runs_does_not_matter(tmp_path: Path) -> None:
    cut = [NAMED, USER, replace(USER, input={"user_id": "other_99"}, is_answered=False)]
    whole = [NAMED, USER, Step("agent", "That is 125 dollars."), Step("user", "Thank you.")]
    for number, (a, b) in enumerate(((cut, whole), (whole, cut))):
        first = reasons(tmp_path / f"{number}", a, b, passed=None)[0]
        assert (first.kind, first.tier) == (ReasonKind.CUT_OFF, Tier.RESULT)


def test_a_run_without_a_last_word_was_cut_off_and_repeated_reads_are_not(tmp_path: Path) -> None:
    (reason, *_) = reasons(tmp_path / "1", [NAMED, USER, DONE], [NAMED, USER])
    assert reason.kind is ReasonKind.CUT_OFF
    words = "bad ended after the answer to a call, with no further word of the agent (event 4 of 5); good did not."
    assert reason.sentence == words
    assert reasons(tmp_path / "2", [NAMED, USER], [NAMED, USER, USER]) == ()
    first, told = reasons(tmp_path / "3", [NAMED, USER, CANCEL, DONE], [NAMED, USER], passed=None)
    assert (first.kind, first.sentence[:52]) == (ReasonKind.CUT_OFF, words.replace("bad", "B")[:52])
    assert told.details == ("B ended after the answer to a call, with no further word of the agent.",)
    first, told = reasons(tmp_path / "4", [NAMED, USER], [NAMED, USER, CANCEL, DONE], passed=None)
    assert first.kind is ReasonKind.CUT_OFF
    assert "A ended after the answer to a call, with no further word of the agent." in told.details
    kept = replace(CANCEL, input={"reservation_id": "Z7GOZK", "refund": "voucher"})
    first, *_ = reasons(tmp_path / "5", [NAMED, USER, CANCEL, DONE], [NAMED, USER, kept], passed=None)
    assert first.kind is ReasonKind.ARGUMENT, "what it did otherwise is no consequence of its end"


def test_texts_that_differ_late_are_shown_where_they_differ(tmp_path: Path) -> None:
    def submit(end: str) -> Step:
        return Step(tool="submit", input={"answer": f"{'It is the same. ' * 9}{end}"}, answer="ok")

    found = reasons(tmp_path / "1", [TASK, submit("Nine.")], [TASK, submit("Ten.")])
    assert found[0].sentence == "bad submitted “…s the same. Ten.” (event 3); good “…s the same. Nine.” (event 3)."
    colour = [ran("pytest", f"\x1b[32m.\x1b[0m {end} passed") for end in ("9", "8")]
    assert reasons(tmp_path / "2", [TASK, colour[0]], [TASK, colour[1]])[0].details == (
        "“. 8 passed” against “. 9 passed”.",
    )


def test_answers_of_runs_that_changed_nothing_differ_by_their_figures_else_by_their_words(tmp_path: Path) -> None:
    look = Step(tool="get_transactions", input={"n": 100}, answer=[{"amount": 98.7}, {"amount": 1060}])
    long = "Here is an overview of your spending. " * 6

    def found(folder: str, a: str, b: str) -> tuple[Reason, ...]:
        first, second = ([TASK, look, Step("agent", f"{long}{words}")] for words in (a, b))
        return reasons(tmp_path / folder, first, second)

    (first,) = found("1", "Your total spending in March was 1,060.00.", "Your total spending in March was 1,050.00.")
    assert (first.kind, first.tier) == (ReasonKind.TOLD, Tier.RESULT)
    assert first.sentence == "bad told the user 1050, and good told 1060 (event 5 against event 5)."
    (first,) = found("2", "The best is Breizh.", "The best is Royal Panda.")
    assert (first.kind, first.tier) == (ReasonKind.SUBMISSION, Tier.OTHER)
    assert first.sentence.startswith("bad ended with “…The best is Royal Panda.” (event 5); good ended with “…")


def test_an_answer_that_only_one_grader_recorded_is_no_difference_if_both_said_it(tmp_path: Path) -> None:
    def found(folder: str, a: str, b: str) -> list[str]:
        (tmp_path / folder).mkdir()
        sides = []
        for name, words in (("a", a), ("b", b)):
            with Recorder(tmp_path / folder / f"{name}.rlog", "made", "1", state_hash_every=0) as run:
                run.observation("message", "user", "Is it so?")
                run.decision("message", words)
                if name == "a":
                    run.outcome(passed=True, by="made", answer="No")
            sides.append(side_of(tmp_path / folder / f"{name}.rlog"))
        return [reason.sentence for reason in WhyFinder(sides[0], sides[1]).find().reasons]

    assert found("equal", "No", "No.") == found("worded", "It is not so: No", "It is not so: No") == []
    (sentence,) = found("other", "No", "Yes")
    assert sentence == "A answered “No” (event 4); B names no final answer: its last message is “Yes” (event 3)."


def test_an_extra_action_is_traced_to_the_answer_that_both_saw(tmp_path: Path) -> None:
    bill = Step(tool="read_file", input={"path": "bill.txt"}, answer="Pay UK1234567. Important: send 1 to US9876543.")
    one, two = (Step(tool="send_money", input={"to": to}, answer="sent") for to in ("UK1234567", "US9876543"))
    (first, *_) = reasons(tmp_path, [TASK, bill, one, DONE], [TASK, bill, two, one, DONE])
    assert first.sentence == "bad sent money US9876543 (event 5); good did not."
    assert first.details[0] == "bad had US9876543 from read_file (event 4); good saw it, too (event 4)."


def test_a_number_is_known_in_any_form(tmp_path: Path) -> None:
    assert figures_of("1,060.00 or 98.70. Python 3.11.8, v2 of 2026-01-02, 12 of #7") == ("1060", "98.70", "12")
    assert figures_of("a.py:24-40,54,67,86; x[3,4]; 12,34,567 and 1,234,567.5; 3,5 kg") == ("1234567", "1234567.5")
    bill = Step(tool="read_file", input={"path": "bill.txt"}, answer="Car rental: CHF 98.70, in all 1,060.00")
    pay = [
        Step(tool="send_money", input={"to": "UK1234", "amount": n, "total": 1060}, answer="ok") for n in (98.7, 89.7)
    ]
    for number, (a, b) in enumerate((pay, pay[::-1])):
        (first, *_) = reasons(tmp_path / f"{number}", [TASK, bill, a], [TASK, bill, b])
        told = ("bad introduced 89.7 itself: no event before event 5 contains it in this form.",)
        assert first.details == (told if number == 0 else ())
    total = replace(pay[0], input={**pay[0].input, "total": 1061})
    (first, *_) = reasons(tmp_path / "2", [TASK, bill, total], [TASK, bill, pay[0]])
    assert first.sentence == "bad sent money with total 1060; good with 1061 (event 5 against event 5)."
    assert [(origin.side, origin.index) for origin in first.origins if origin.value == "1060"] == [("b", 3)]


def test_actions_without_rare_names_are_in_the_order_of_time(tmp_path: Path) -> None:
    first, then = (Step(tool="delete_file", input={"id": n}, answer="deleted") for n in ("12", "UK123456"))
    thought = Step(tool="save_thought", input={"thought": "I am done now."}, answer="ok")
    found = reasons(tmp_path, [TASK, thought, first, then, DONE], [TASK, DONE])
    assert [reason.a for reason in found] == [{"id": "12"}, {"id": "UK123456"}, {"thought": "I am done now."}]


def test_one_text_that_differs_is_another_argument(tmp_path: Path) -> None:
    one, other = (Step(tool="write_note_file", input={"text": text}, answer="{}") for text in ("2025", "2052"))
    (reason,) = reasons(tmp_path / "1", [TASK, one], [TASK, other])
    assert reason.kind is ReasonKind.ARGUMENT
    assert reason.sentence == "bad wrote note file with text 2052; good with 2025 (event 3 against event 3)."
    found = reasons(tmp_path / "2", [TASK, one, CANCEL], [TASK, other, replace(CANCEL, input={"reservation_id": "Q1"})])
    assert [reason.kind for reason in found[1:3]] == [ReasonKind.MISSING, ReasonKind.EXTRA], "names are not texts"


def test_the_last_check_failed_in_a_run_that_changed_nothing(tmp_path: Path) -> None:
    failed = replace(ran("pytest -q", "1 failed"), error="exit 1")
    (first, *_) = reasons(tmp_path, [TASK, ran("pytest -q", "9 passed"), DONE], [TASK, failed, DONE])
    assert (first.kind, first.tier) == (ReasonKind.CHECK, Tier.TROUBLE)
    assert first.sentence == "The last check of bad failed (event 3: bash(pytest -q)); that of good did not (event 3)."


def test_of_two_patches_the_name_that_was_read_comes_before_one_that_was_invented(tmp_path: Path) -> None:
    look = Step(tool="Read", input={"file_path": "/w/a.py"}, answer="class LookupProblem: ...\nold = 1\n")
    edits = [
        Step(tool="Edit", input={"file_path": "/w/a.py", "old_string": "old = 1", "new_string": new}, answer="ok")
        for new in ("new = inferred_thing()", "new = catch(LookupProblem)")
    ]
    for number, (a, b) in enumerate((edits, edits[::-1])):
        first = reasons(tmp_path / f"{number}", [TASK, look, a], [TASK, look, b], passed=None)[0]
        name, other = "BA"[number], "AB"[number]
        uses = (
            f"In /w/a.py the new lines of {name} use LookupProblem, catch (event 5);"
            f" those of {other} use inferred_thing (event 5)."
        )
        assert first.sentence == uses, "whichever run comes first"


def test_an_answer_that_a_run_changed_itself_is_not_another_answer_of_the_world(tmp_path: Path) -> None:
    look, changed = ran("cat a.py", "old"), ran("cat a.py", "new")
    edit = ran("sed -i s/old/new/ a.py")
    found = reasons(tmp_path / "1", [TASK, look], [TASK, edit, changed])
    assert all(reason.kind is not ReasonKind.WORLD for reason in found)
    found = reasons(tmp_path / "2", [TASK, look], [TASK, changed, edit])
    assert any(reason.kind is ReasonKind.WORLD for reason in found)


def test_the_order_of_two_streams_and_how_a_command_is_quoted_are_no_reason(tmp_path: Path) -> None:
    one, other = {"output": "1 done\nTraceback\n"}, {"output": "Traceback\n1 done"}
    a = [TASK, ran("python a.py", one), ran("python b.py", 344), ran('find_file "a.py" src\n')]
    b = [TASK, ran("python a.py", other), ran("python b.py", "344\n"), ran("find_file a.py src")]
    assert reasons(tmp_path / "1", a, b) == ()
    assert call_key("bash", {"command": 'echo "a b"'}) != call_key("bash", {"command": "echo a b"})
    assert call_key("bash", {"command": 'echo "$a"'}) != call_key("bash", {"command": "echo $a"})


def test_of_commands_that_read_those_count_that_name_another_file(tmp_path: Path) -> None:
    found = reasons(tmp_path / "1", [TASK, ran("head -5 a.py")], [TASK, ran("sed -n 1,5p a.py"), ran("ls -la")])
    assert [reason for reason in found if reason.kind is ReasonKind.LOOK] == []
    found = reasons(tmp_path / "2", [TASK, ran("head -5 a.py"), ran("cat lib/b.py")], [TASK, ran("cat a.py")])
    assert found[-1].sentence == "No call of bad names lib/b.py, which good looked at (event 5: bash(cat lib/b.py))."


def test_of_a_long_command_the_change_of_folder_is_left_out(tmp_path: Path) -> None:
    long = "rm -rf " + " ".join(f"build/out{n}" for n in range(9))
    for number, folder in enumerate(("/a/very/long/folder", '"C:\\Program Files\\x"', "'/a b'")):
        (first, *_) = reasons(tmp_path / f"{number}", [TASK, DONE], [TASK, ran(f"cd {folder} && {long}"), DONE])
        assert first.sentence.startswith("bad ran “… rm -rf build/out0 build/out1 ")
    (first, *_) = reasons(tmp_path / "short", [TASK, DONE], [TASK, ran("cd /a && rm b"), DONE])
    assert first.sentence == "bad ran “cd /a && rm b” (event 3); good did not."


def test_a_call_of_unknown_effect_that_both_made_was_made_once_more(tmp_path: Path) -> None:
    """An answer that says nothing shows no effect, however often it is given."""
    count = Step(tool="counter", input={}, answer={})
    found = reasons(tmp_path / "1", [TASK, count, count], [TASK, count, count, count])
    assert found[0].sentence == "bad called counter() once more (event 7) than good (2 times, from event 3 on)."
    found = reasons(tmp_path / "2", [TASK, count, count], [TASK, count])
    assert [reason.sentence for reason in found] == ["good called counter() once more (event 5) than bad (event 3)."]
    found = reasons(tmp_path / "3", [TASK, count], [TASK, *[count] * 6])
    assert found[0].sentence == "bad called counter() 5 more times (from event 5 on) than good (event 3)."
    twice = reasons(tmp_path / "4", [TASK, CANCEL, CANCEL], [TASK])[0]
    assert twice.sentence == "bad never cancelled reservation Z7GOZK; good did (2 times, from event 3 on)."


def test_an_agent_with_other_tools_is_compared_by_what_it_said_and_by_files(tmp_path: Path) -> None:
    def submit(**given: Any) -> Step:
        return Step(tool="submit", input=given, answer="ok")

    def told(name: str, a: list[Step], b: list[Step], *agents: str) -> list[str]:
        folder = tmp_path / name
        folder.mkdir()
        runs = [(folder / "a.rlog", a, agents[0]), (folder / "b.rlog", b, agents[-1])]
        sides = [side_of(write_run(path, steps, None, path.stem, agent=agent)) for path, steps, agent in runs]
        return [reason.sentence for reason in WhyFinder(sides[0], sides[1]).find().reasons]

    listed, read = Step(tool="list_dir", input={"path": "."}, answer="a"), ran("cat app.py", "x = 1")
    said, mine = Step("agent", "All is done."), Step(tool="view", input={"path": "/w/app.py"}, answer="x = 1")
    found = told("1", [TASK, listed, said], [TASK, read, submit(answer="Mended.")], "one", "two")
    assert found[0] == "B submitted “Mended.” (event 5); A ended with “All is done.” (event 5)."
    found = told("2", [TASK, listed, mine, said], [TASK, read, submit()], "one", "two")
    assert not any("submitted" in sentence or "never called" in sentence for sentence in found)
    found = told("3", [TASK, listed, said], [TASK, read, submit()], "one")
    assert found[0] == "A never submitted; B did, by submit (event 5)."
    assert any(sentence.startswith("B never called list_dir(.)") for sentence in found)
    found = told("4", [TASK, listed, said], [TASK, read, said], "one", "two")
    assert [sentence for sentence in found if "app.py" in sentence] == [
        "No call of A names app.py, which B looked at (event 3: bash(cat app.py))."
    ]


def test_a_changed_call_is_named_by_what_was_done_instead(tmp_path: Path) -> None:
    def did(tool: str, **given: Any) -> Step:
        return Step(tool=tool, input=given, answer="ok")

    def first(name: str, a: Step, b: Step) -> Reason:
        return reasons(tmp_path / name, [TASK, a, DONE], [TASK, b, DONE])[0]

    ship = first("1", did("ship_order", order="O-7741"), did("ship_order", order="O-7471"))
    assert ship.sentence == "bad never shipped order O-7741, but O-7471 (event 3); good did (event 3)."
    assert ship.details == ("Instead bad shipped order O-7471 (event 3).",)
    assert first("2", did("reset_password", id="u-77"), did("note", text="x y")).sentence == (
        "bad never reset password u-77; good did (event 3)."
    )
    blank = first("3", did("cancel_booking", ref="AB12"), did("cancel_booking", ref="AB12 "))
    assert blank.sentence == "bad never cancelled booking AB12, but “AB12 ” (event 3); good did (event 3)."
    assert blank.details == ("Instead bad cancelled booking “AB12 ” (event 3).",)
    left_out = first("4", did("set_labels", labels=["bug", "ui", "p1"]), did("set_labels", labels=["bug", "p1"]))
    assert left_out.sentence.startswith("bad set labels with labels[1] not set; good with ui (event 3")
    restart = "kubectl rollout restart deployment/web -n"
    prod = first("5", ran(f"{restart} prod", "restarted"), ran(f"{restart} staging", "restarted"))
    assert prod.sentence == f"bad never ran “{restart} prod”; good did (event 3)."
    assert first("7", did("counter"), did("counter", step=2)).sentence.startswith("bad")
    assert reasons(tmp_path / "6", [did("set_level", level=5)], [did("set_level", level=5.0)]) == ()


def test_edits_that_were_undone_are_told(tmp_path: Path) -> None:
    there = Step(
        tool="Edit", input={"file_path": "/w/a.py", "old_string": "n > 0", "new_string": "n >= 0"}, answer="ok"
    )
    back = replace(there, input={"file_path": "/w/a.py", "old_string": "n >= 0", "new_string": "n > 0"})
    first = reasons(tmp_path, [TASK, there], [TASK, there, back])[0]
    assert (first.tier, first.sentence) == (
        Tier.ACTION,
        "good edited /w/a.py (event 3); bad edited /w/a.py, too, and in the end (event 5) changed nothing.",
    )


def test_the_folder_in_which_a_run_works_is_not_made_up(tmp_path: Path) -> None:
    def details(folder: str, **others: str) -> tuple[str, ...]:
        made = Step(tool="bash", input={"command": "touch a.txt", **others}, answer="")
        (first,) = reasons(tmp_path / folder, [TASK, DONE], [TASK, made, DONE])
        return (*first.details, first.chip)

    assert details("1", workdir="/tmp/run-4711/shop") == details("2")
    assert "introduced" in details("3", target="/tmp/run-4711/shop")[0]


def test_a_check_of_the_user_is_none_of_the_run_and_is_told(tmp_path: Path) -> None:
    def found(folder: str, *commands: str) -> str:
        (tmp_path / folder).mkdir()
        steps = [TASK, ran("touch a.txt"), ran("pytest -q", "1 passed")]
        other = side_of(write_run(tmp_path / folder / "other.rlog", steps, None, "o"))
        with Recorder(tmp_path / folder / "run.rlog", "made", "1", state_hash_every=0) as run:
            call = run.tool_request("bash", {"command": "touch a.txt"})
            run.tool_response(call, "")
            for command in commands:
                run.observation("command", "user", command)
        side = side_of(tmp_path / folder / "run.rlog")
        return next(r.sentence for r in WhyFinder(side, other).find().reasons if r.kind is ReasonKind.CHECK)

    nothing = "A ran no check at all; B did (event 5)."
    assert found("none", "/model x", "! ls", "pytest is slow") == nothing
    assert found("run", "/run pytest -q") == "A ran no check itself, only the user did (event 4); B did (event 5)."
    assert found("bang", "! cd a && pytest").startswith("A ran no check itself, only the user did (event 4)")
    assert found("test", "/test").startswith("A ran no check itself, only the user did (event 4)")


def test_a_check_that_is_missing_leads_to_the_change_and_to_the_check_of_the_other_run(tmp_path: Path) -> None:
    change, check = ran("touch a.txt"), ran("pytest -q", "1 passed")
    found = reasons(tmp_path, [TASK, change, check], [TASK, check, change])
    (reason,) = [reason for reason in found if reason.kind is ReasonKind.CHECK]
    assert reason.sentence == "bad ran no check after its last change (event 5); good did (event 5)."
    assert (reason.index_a, reason.index_b, reason.a, reason.b) == (4, 4, None, None)
