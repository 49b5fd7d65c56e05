from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from replay_gui.core.contrast import profiling
from replay_gui.core.contrast.features.feature import Feature, FeatureKind
from replay_gui.core.contrast.profiling import profiles, run_files
from replay_gui.core.contrast.run_profile import RunProfile
from replay_gui.core.contrast.run_reading import RunReading, read_run
from replay_gui.core.facts.notes_places import NO_PLACES, NotesPlaces, notes_beside
from replay_gui.core.facts.run_notes import RunNotes, write_notes
from replay_gui.core.facts.run_outcome import BY_HAND, Outcome
from replay_gui.core.log.log_reader import EventLog
from tests.core.contrast.conftest import ReadFiles
from tests.helpers.evaluations.evaluation_logs import (
    CANCEL,
    LOOK,
    START,
    STEP,
    MadeCall,
    one_tool_shows_another,
    write_run,
)


def features(profile: RunProfile, *kinds: FeatureKind) -> set[tuple[str, str, str, str]]:
    return {
        (held.feature.kind, held.feature.tool, held.feature.path, held.feature.value)
        for held in profile.features
        if held.feature.kind in kinds
    }


def test_the_facts_of_a_run(tmp_path: Path, read_files: ReadFiles) -> None:
    bad = MadeCall("book_flight", {"to": "SEA"}, None, "no seats")
    path = write_run(tmp_path / "a.rlog", [LOOK, bad, CANCEL], task="7", trial=2, passed=False, score=0.5)
    (profile,) = read_files(path).profiles
    run = profile.run
    assert (run.given, run.name, run.format, run.run_id) == (str(path), "a.rlog", "rlog", "7/2")
    assert (run.identity.task, run.identity.agent, run.identity.version) == ("7", "desk", "1.0")
    assert (run.identity.trial, run.identity.model) == (None, "gpt-4o")
    assert (run.passed, run.score, run.set_by_hand) == (False, 0.5, False)
    assert (run.events, run.calls, run.failures) == (10, 3, 1)
    assert (run.tokens, run.cost) == (120, 0.001)
    assert run.started is not None
    assert run.duration is not None
    assert run.started <= START
    assert run.duration >= 6 * STEP


def test_the_steps_are_the_calls_with_their_effects(tmp_path: Path, read_files: ReadFiles) -> None:
    (profile,) = read_files(write_run(tmp_path / "a.rlog", [LOOK, CANCEL])).profiles
    assert [(s.index, s.tool, s.effect, s.ok, s.label) for s in profile.steps] == [
        (2, "get_user_details", "reads", True, "user_id=mia_li_3668"),
        (4, "cancel_reservation", "changes", True, "reservation_id=Z7GOZK, reason=illness"),
    ]
    assert profile.steps[1].input == '{"reason": "illness", "reservation_id": "Z7GOZK"}'


def test_the_features_of_changes(tmp_path: Path, read_files: ReadFiles) -> None:
    (profile,) = read_files(write_run(tmp_path / "a.rlog", [CANCEL, CANCEL])).profiles
    assert features(profile, FeatureKind.CHANGED, FeatureKind.CHANGED_ANY, FeatureKind.CHANGED_WITH) == {
        ("changed", "cancel_reservation", "", ""),
        ("changed any", "", "", ""),
        ("changed with", "cancel_reservation", "/reason", '"illness"'),
        ("changed with", "cancel_reservation", "/reservation_id", '"Z7GOZK"'),
    }
    did = sorted((h.feature.number, h.index) for h in profile.features if h.feature.kind == FeatureKind.DID)
    assert did == [(1, 2), (2, 4)]


def test_equal_changes_in_another_order_are_one_feature(tmp_path: Path, read_files: ReadFiles) -> None:
    send = MadeCall("send_mail", {"to": "a@example.com"})
    paths = [write_run(tmp_path / f"{n}.rlog", calls) for n, calls in enumerate(([CANCEL, send], [send, CANCEL]))]
    nets = [features(profile, FeatureKind.NET) for profile in read_files(*paths).profiles]
    assert nets[0] == nets[1]
    assert len(nets[0]) == 1


def test_what_failed_changed_nothing(tmp_path: Path, read_files: ReadFiles) -> None:
    failed = MadeCall(CANCEL.tool, CANCEL.input, None, "Error: not found")
    (profile,) = read_files(write_run(tmp_path / "a.rlog", [failed])).profiles
    assert features(profile, FeatureKind.DID, FeatureKind.CHANGED_ANY) == set()
    assert {kind for kind, _, _, _ in features(profile, *FeatureKind)} >= {"failed", "unrecovered"}


def test_an_error_that_was_got_over_is_none(tmp_path: Path, read_files: ReadFiles) -> None:
    failed = MadeCall(CANCEL.tool, CANCEL.input, None, "Error: busy")
    (profile,) = read_files(write_run(tmp_path / "a.rlog", [failed, CANCEL])).profiles
    assert features(profile, FeatureKind.UNRECOVERED) == set()


def test_loops_orders_figures_and_set_up(tmp_path: Path, read_files: ReadFiles) -> None:
    send = MadeCall("send_mail", {"to": "a@example.com"})
    calls = [LOOK, LOOK, LOOK, CANCEL, send]
    path = write_run(tmp_path / "a.rlog", calls, says="It costs $1,250.50, in 2024, 3 times.", config={"seed": 4})
    (profile,) = read_files(path).profiles
    assert features(profile, FeatureKind.LOOP) == {("loop", "get_user_details", "", "")}
    assert features(profile, FeatureKind.BEFORE) == {("before", "cancel_reservation", "", "send_mail")}
    assert features(profile, FeatureKind.TOLD) == {("told", "", "", "1250.5")}
    assert ("set-up", "", "/seed", "4") in features(profile, FeatureKind.SET_UP)


def test_an_answer_that_is_named_is_a_feature(tmp_path: Path, read_files: ReadFiles) -> None:
    said = (
        "The archive says so.\n\nFinal answer: 1931, Ottoline Farrow",
        "FINAL ANSWER: **1931, Ottoline Farrow**",
        "Done.",
    )
    paths = [write_run(tmp_path / f"{number}.rlog", [LOOK], says=words) for number, words in enumerate(said)]
    first, second, none = (features(profile, FeatureKind.ANSWERED) for profile in read_files(*paths).profiles)
    assert first == second == {("answered", "", "", '"1931, Ottoline Farrow"')}
    assert none == set()


def test_a_question_that_was_answered_by_an_error_was_asked(tmp_path: Path, read_files: ReadFiles) -> None:
    gone = MadeCall("fetch_page", {"url": "https://a.example"}, None, "Error: 404")
    log = MadeCall("kubectl", {"args": "logs web-1 --previous"}, "FATAL: no connection is left")
    (profile,) = read_files(write_run(tmp_path / "a.rlog", [gone, log])).profiles
    assert {tool for _, tool, _, _ in features(profile, FeatureKind.READ)} == {"fetch_page", "kubectl"}
    assert {tool for _, tool, _, _ in features(profile, FeatureKind.FAILED)} == {"fetch_page"}, "a log may say FATAL"


def test_every_feature_is_there_once(tmp_path: Path, read_files: ReadFiles) -> None:
    (profile,) = read_files(write_run(tmp_path / "a.rlog", [LOOK, CANCEL, LOOK, CANCEL])).profiles
    names = [held.feature for held in profile.features]
    assert names == sorted(set(names))


def test_an_outcome_set_by_hand_counts_where_the_log_has_none(tmp_path: Path, read_files: ReadFiles) -> None:
    path = write_run(tmp_path / "a.rlog", [], passed=None)
    write_notes(RunNotes(True, comment="looked at it"), notes_beside(path))
    run = read_files(path).runs.runs[0]
    assert run.passed is True
    assert run.set_by_hand
    assert run.result.outcomes == (Outcome(True, None, BY_HAND, "looked at it"),)


def test_notes_count_only_where_the_user_has_allowed_them_or_made_them(tmp_path: Path) -> None:
    path, own = write_run(tmp_path / "a.rlog", [], passed=None), NotesPlaces(str(tmp_path / "own"))
    write_notes(RunNotes(True), notes_beside(path))
    for places, passed in ((NO_PLACES, None), (own, None), (NotesPlaces(allowed=(str(tmp_path.resolve()),)), True)):
        (profile,) = profiles(run_files(str(path), str(tmp_path / "conversions"), places=places))
        assert profile.run.passed is passed
    own.own_notes(path).parent.mkdir()
    write_notes(RunNotes(False), own.own_notes(path))
    (profile,) = profiles(run_files(str(path), str(tmp_path / "conversions"), places=own))
    assert (profile.run.passed, profile.run.set_by_hand) == (False, True)


def test_notes_beside_a_log_without_an_outcome_leave_that_of_the_user(tmp_path: Path) -> None:
    path, places = (
        write_run(tmp_path / "a.rlog", [], passed=None),
        NotesPlaces(str(tmp_path), (str(tmp_path.resolve()),)),
    )
    write_notes(RunNotes(False), places.own_notes(path))
    for beside, passed in ((RunNotes(), False), (RunNotes(True), True)):
        write_notes(beside, notes_beside(path))
        (profile,) = profiles(run_files(str(path), str(tmp_path / "conversions"), places=places))
        assert profile.run.passed is passed


def test_notes_beside_a_log_never_replace_its_own_outcome(tmp_path: Path, read_files: ReadFiles) -> None:
    path = write_run(tmp_path / "a.rlog", [], passed=False)
    write_notes(RunNotes(True), notes_beside(path))
    run = read_files(path).runs.runs[0]
    assert run.passed is False
    assert not run.set_by_hand


def test_wrong_notes_make_the_run_unreadable_and_say_why(tmp_path: Path, read_files: ReadFiles) -> None:
    path = write_run(tmp_path / "a.rlog", [])
    notes_beside(path).write_text("run = 'rm'")
    made = read_files(path, write_run(tmp_path / "b.rlog", []))
    assert "'run' is not known" in made.runs.runs[0].problem
    assert made.runs.outcomes == (None, True)


def test_a_damaged_log_is_named_and_the_others_are_read(tmp_path: Path) -> None:
    paths = [write_run(tmp_path / f"{n}.rlog", [LOOK]) for n in range(2)]
    files = [file for path in paths for file in run_files(str(path), str(tmp_path / "conversions"))]
    paths[0].write_bytes(b"\x92\xaareplay-log broken")
    first, second = profiles(files)
    assert str(paths[0]) in first.run.problem
    assert second.run.problem == ""


def test_tools_without_a_telling_name_are_learnt_from_all_runs(tmp_path: Path, read_files: ReadFiles) -> None:
    """Several runs show what tool_2 does."""
    made = read_files(*(write_run(tmp_path / f"{n}.rlog", one_tool_shows_another(n)) for n in range(3)))
    assert {step.effect for profile in made.profiles for step in profile.steps if step.tool == "tool_2"} == {"changes"}


def test_each_log_is_read_once_though_the_last_run_shows_what_a_tool_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read, asked = list[str](), one_tool_shows_another(1)[0]
    paths = [write_run(tmp_path / f"{n}.rlog", [asked] * (2 if n == 3 else 1)) for n in range(4)]
    files = [file for path in paths for file in run_files(str(path), str(tmp_path / "conversions"))]

    def counted(log: EventLog, *others: Any) -> RunReading:
        read.append(Path(log.source.path).name)
        return read_run(log, *others)

    monkeypatch.setattr(profiling, "read_run", counted)
    made = list(profiles(files))
    assert [step.effect for profile in made for step in profile.steps] == ["reads"] * 5
    assert read == [f"{n}.rlog" for n in range(4)]


def test_calls_in_other_words_with_an_equal_answer_are_one_change(tmp_path: Path, read_files: ReadFiles) -> None:
    answer = {"reservation": "Z7GOZK", "status": "cancelled", "refund": 1250, "paid_to": "credit_card_9074831"}
    words = [{"id": "Z7GOZK", "note": note} for note in ("please", "now")]
    paths = [write_run(tmp_path / f"{n}.rlog", [MadeCall("cancel", word, answer)]) for n, word in enumerate(words)]
    made = read_files(*paths)
    table = made.runs.table
    did = [n for n, name in enumerate(table.lookup(range(len(table)))) if name.kind == FeatureKind.DID]
    assert [table.runs_of(n).tolist() for n in did] == [[0, 1]]


def test_a_feature_is_named_by_all_its_members() -> None:
    assert Feature(kind=FeatureKind.READ, tool="a") != Feature(kind=FeatureKind.READ, tool="a", number=1)
