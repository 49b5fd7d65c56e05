from __future__ import annotations

import json
import os
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from queue import SimpleQueue

import pytest
from blake3 import blake3

from replay_gui.cli import main
from replay_gui.commands.verify import verification_json
from replay_gui.core.importers.conversion import convert
from replay_gui.core.index.index_builder import SNAPSHOTS_FILE
from replay_gui.core.index.index_cache import TABLE, IndexCache, has_intact_snapshots
from replay_gui.core.index.record_columns import read_contents
from replay_gui.core.log.log_reader import EventLog
from replay_gui.core.log.positions import EventIndex, Position
from replay_gui.core.replay_engine import ReplayEngine
from replay_gui.core.verification.verification_report import VerificationReport
from replay_gui.core.verification.verify_log import verify
from replay_gui.engine import reading_task
from replay_gui.engine.answers import Alert, Compared, IndexGrew, PositionState, Progress, Rows, RunOpened
from replay_gui.engine.opening import Conversion, open_converted_run, open_file, user_cache
from replay_gui.engine.requests import (
    CheckFile,
    Close,
    Compare,
    GetRows,
    Open,
    Request,
    Seek,
    Side,
    StopWork,
    WorkEnded,
)
from tests.helpers.claude_code_lines import assistant, text, user, write
from tests.helpers.logs import damage, write_log
from tests.helpers.paths import DATA
from tests.helpers.talk import WAIT, Talk
from tests.helpers.time_bounds import seconds_to_close


def stands_at(position: int, moment: PositionState) -> bool:
    return moment.position == position


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return write_log(tmp_path / "run.rlog")


def test_damage_of_cached_states_is_reported_before_anything_reads_them(talk: Talk, log: Path) -> None:
    talk.open_whole(log)
    with EventLog.open(log) as reader:
        folder = user_cache().folder(reader)
        expected = ReplayEngine(reader).seek(40)
    file = folder / SNAPSHOTS_FILE
    data = file.read_bytes()
    file.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    assert not has_intact_snapshots(folder)
    assert talk.open(log, run=2).index.complete
    talk.until(WorkEnded)
    values = [answer.value for answer in talk.seen if answer.run == 2]
    text = "The cached states of this log are damaged; they are no longer used."
    assert Alert("warning", text, ("reload",)) in values
    assert [value.first_broken for value in values if isinstance(value, VerificationReport)] == [None]
    talk.ask(Seek(Position(40)), run=2)
    assert dict(talk.until(PositionState).state) == expected
    assert not talk.open(log, run=3).index.complete, "the index is built again"
    talk.until(WorkEnded)
    assert has_intact_snapshots(folder)
    file.unlink()
    assert not has_intact_snapshots(folder)
    (folder / TABLE).unlink()
    assert has_intact_snapshots(folder), "another program has just dropped this index"


def test_a_run_is_opened_indexed_and_verified(talk: Talk, log: Path) -> None:
    opened = talk.open(log)
    assert (opened.facts.name, opened.facts.agent_type, opened.facts.origin) == ("run.rlog", "triage", "recorded")
    assert opened.facts.size == log.stat().st_size
    grown = talk.until(IndexGrew, lambda grew: grew.index.complete)
    assert grown.index.count == 51
    report = talk.until(VerificationReport)
    assert (report.verdict, report.verified, report.state_hashes_checked) == ("VALID", 51, 51)
    talk.until(WorkEnded)
    assert all(answer.run == 1 for answer in talk.seen)


def test_the_set_up_of_a_run_names_its_task_and_its_model(talk: Talk) -> None:
    facts = talk.open(DATA / "seeds" / "chat-messages" / "9.json").facts
    assert (facts.task, facts.model) == ("T-7", "m-1")


def test_the_second_time_the_index_is_there_at_once_and_the_verdict_is_made_anew(talk: Talk, log: Path) -> None:
    talk.open_whole(log)
    opened = talk.open(log, run=2)
    assert opened.index.complete
    assert opened.index.count == 51
    assert talk.until(VerificationReport).verdict == "VALID"


def test_a_log_that_was_edited_in_place_is_indexed_and_verified_anew(talk: Talk, log: Path) -> None:
    talk.open_whole(log)
    damaged = bytearray(log.read_bytes())
    damaged[damaged.index(b"question 5")] ^= 1  # same size, same last record
    log.write_bytes(damaged)
    opened = talk.open(log, run=2)
    assert not opened.index.complete
    assert talk.until(IndexGrew, lambda grew: grew.index.complete).index.count == 51
    assert talk.until(VerificationReport).verdict == "INVALID"


JOBS = (
    "replay_gui.engine.jobs.registry",
    "tests.engine.job_modules.late_index_jobs",
    "tests.engine.job_modules.late_check_jobs",
)


@pytest.mark.parametrize("talk", JOBS, indirect=True)
def test_two_workers_share_the_index_of_a_large_log(talk: Talk, log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading_task, "_MIN_SHARED_BYTES", 0)
    report = talk.open_whole(log)
    assert (report.verdict, report.state_hashes_checked) == ("VALID", 51)
    with EventLog.open(log) as reader:
        content = read_contents(user_cache().folder(reader), 51)
        assert [bytes(value) for value in content] == [blake3(event.content or b"").digest() for event in reader]
        kept = user_cache().load_index(reader, by_content=True)
        members = Counter(name for event in reader for name in event.meta if name != "seq")
    assert kept is not None
    assert members
    assert dict(kept[2].members) == members
    grown = [answer.value.index for answer in talk.seen if isinstance(answer.value, IndexGrew)]
    assert [len(index.time) for index in grown] == [index.count for index in grown]
    assert grown[-1].complete
    assert talk.open(log, run=2).index.complete


def test_a_run_that_is_opened_with_another_is_compared_before_it_is_verified(
    talk: Talk, log: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each index is made by one worker alone."""
    monkeypatch.setattr(reading_task, "_MIN_SHARED_BYTES", 0)
    other = write_log(tmp_path / "other.rlog", turns=3)
    for path, side in ((log, Side.A), (other, Side.B)):
        talk.ask(Open(str(path), paired=True), side=side)
    talk.engine.send_request("compare", Request(1, Compare(1, 1, (), ()), None))
    for _ in range(2):
        index = talk.until(IndexGrew, lambda grew: grew.index.complete).index
        assert len(index.time) == index.count
    assert talk.until(Compared).comparison.diverged
    assert not any(isinstance(answer.value, VerificationReport) for answer in talk.seen)
    assert {talk.until(VerificationReport).verdict for _ in range(2)} == {"VALID"}


def test_a_run_is_verified_though_the_one_that_it_was_opened_with_cannot_be_read(talk: Talk, log: Path) -> None:
    talk.ask(Open(str(log), paired=True), side=Side.A)
    talk.ask(Open(str(log.with_name("gone.rlog")), paired=True), side=Side.B)
    assert talk.until(VerificationReport).verdict == "VALID"
    assert any(isinstance(answer.value, Alert) for answer in talk.seen)
    talk.until(WorkEnded)


def test_every_moment_is_what_replay_says(talk: Talk, log: Path) -> None:
    talk.open_whole(log)
    with EventLog.open(log) as reader:
        replay = ReplayEngine(reader)
        for position in (0, 1, 17, 50, 51, 3):
            ticket = talk.ask(Seek(Position(position)))
            moment = talk.until(PositionState)
            assert talk.seen[-1].ticket == ticket
            assert moment.position == position
            assert dict(moment.state) == replay.seek(position)
            assert moment.trusted
            assert moment.event == (reader[position - 1] if position else None)


def test_a_moment_links_to_what_it_has_to_do_with(talk: Talk, log: Path) -> None:
    talk.open_whole(log)
    talk.ask(Seek(Position(4)))  # the first request
    asked = talk.until(PositionState)
    assert [(link.label, link.position) for link in asked.related] == [("answered in", 5)]
    talk.ask(Seek(Position(5)))
    assert [(link.label, link.position) for link in talk.until(PositionState).related] == [("caused by", 4)]


def test_rows_are_clamped_to_the_run(talk: Talk, log: Path) -> None:
    talk.open_whole(log)
    talk.ask(GetRows(EventIndex(48), EventIndex(10**9)))
    rows = talk.until(Rows)
    assert rows.start == 48
    assert [row.position for row in rows.rows] == [49, 50, 51]
    assert rows.rows[1].kind == "ToolResponse"
    assert rows.rows[1].tool == "search"
    assert rows.rows[1].duration == 1_000_000_000
    talk.ask(GetRows(EventIndex(-5), EventIndex(2)))
    assert [row.kind for row in talk.until(Rows).rows] == ["AgentInit", "Observation"]


def test_damage_makes_later_moments_untrusted_and_the_current_one_comes_again(talk: Talk, log: Path) -> None:
    damage(log)
    talk.open(log)
    talk.until(IndexGrew, lambda grew: grew.index.complete)
    talk.ask(Seek(Position(51)))
    report = talk.until(VerificationReport)
    assert report.verdict == "INVALID"
    assert not talk.until(PositionState, lambda moment: moment.position == 51 and not moment.trusted).trusted
    assert report.first_broken is not None
    for position, trusted in ((report.first_broken, True), (report.first_broken + 1, False)):
        talk.ask(Seek(Position(position)))
        assert talk.until(PositionState, partial(stands_at, position)).trusted is trusted


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "cannot be read"),
        (Path.mkdir, "not a file"),
        (b"hello", "not a replay log"),
        (b"\x92\xaareplay-log\x81", "damaged"),
    ],
)
def test_what_cannot_be_opened_is_refused_in_words_and_the_open_run_stays(
    talk: Talk, log: Path, tmp_path: Path, content: bytes | Callable[[Path], None] | None, words: str
) -> None:
    talk.open_whole(log)
    other = tmp_path / "other.rlog"
    if isinstance(content, bytes):
        other.write_bytes(content)
    elif content is not None:
        content(other)
    ticket = talk.ask(Open(str(other)), run=2)
    alert = talk.until(Alert)
    assert (talk.seen[-1].run, talk.seen[-1].ticket) == (2, ticket)
    assert alert.severity == "error"
    assert words in alert.text
    talk.ask(Seek(Position(2)), run=1)
    assert talk.until(PositionState).position == 2


def test_an_unknown_format_is_refused_in_words(talk: Talk, tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("nothing like a run")
    talk.ask(Open(str(path)))
    assert "format" in talk.until(Alert).text


def test_of_a_foreign_file_the_window_says_what_the_command_line_says(
    talk: Talk, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write(tmp_path, user("u1", None, "find it"), {"type": "new"}, assistant("a1", "u1", text("here")))
    report = talk.open_whole(path)
    assert main(["verify", "--json", str(path)]) == 0
    assert json.loads(json.dumps(verification_json(report))) == json.loads(capsys.readouterr().out)


def test_a_damaged_conversion_is_not_excused(tmp_path: Path) -> None:
    path = write(tmp_path, user("u1", None, "find it"), assistant("a1", "u1", text("here")))
    (made,) = convert(path, tmp_path / "out.rlog")
    conversion = Conversion(path=str(made.path), format=made.format, notes=made.notes, run=made.name, runs=(made.name,))
    stamp = open_file(str(path))
    assert isinstance(stamp, tuple)
    run = open_converted_run(1, str(path), conversion, IndexCache(tmp_path / "cache"), print, stamp=stamp)
    try:
        good = verify(run.log)
        assert run.report_on_opened_file(good).verdict == "NOT VERIFIABLE"
        report = run.report_on_opened_file(replace(good, verdict="INVALID"))
    finally:
        run.close()
    assert (report.verdict, report.run, report.verified) == ("INVALID", str(path), good.verified)
    assert "damaged" in report.notes[0]


def test_questions_about_another_run_are_not_answered(talk: Talk, log: Path) -> None:
    talk.open_whole(log)
    talk.ask(Seek(Position(5)), run=7, key="stale")
    talk.ask(Seek(Position(6)), run=1)
    assert talk.until(PositionState).position == 6


def test_two_runs_sit_side_by_side_and_one_may_leave(talk: Talk, log: Path, tmp_path: Path) -> None:
    talk.open_whole(log)
    other = write_log(tmp_path / "other.rlog", turns=3)
    talk.ask(Open(str(other)), side=Side.B)
    opened = talk.until(RunOpened)
    assert (opened.facts.name, talk.seen[-1].side) == ("other.rlog", Side.B)
    talk.until(WorkEnded)
    for side, position in ((Side.A, 40), (Side.B, 4)):
        talk.ask(Seek(Position(position)), side=side)
    first, second = talk.until(PositionState), talk.until(PositionState)
    assert (first.position, second.position) == (40, 4)
    assert [answer.side for answer in talk.seen[-2:]] == [Side.A, Side.B]
    talk.ask(Close(), run=2, side=Side.B)
    talk.ask(Seek(Position(3)), side=Side.B)
    talk.ask(Seek(Position(5)))
    assert talk.until(PositionState).position == 5


def test_a_closed_run_is_silent(talk: Talk, log: Path, tmp_path: Path) -> None:
    talk.open(log)
    talk.ask(Close(), run=2)
    other = write_log(tmp_path / "other.rlog", turns=1)
    talk.open_whole(other, run=3)
    after = [answer.run for answer in talk.seen]
    assert after == sorted(after)
    assert 2 not in after


def test_an_incomplete_index_leaves_nothing_behind(talk: Talk, log: Path, tmp_path: Path) -> None:
    talk.open(log)
    talk.engine.close()
    indexes = tmp_path / "cache" / "replay-gui" / "indexes"
    assert not list(indexes.glob("building-*"))


def test_a_changed_file_is_noticed(talk: Talk, log: Path) -> None:
    talk.open_whole(log)
    talk.ask(CheckFile())
    talk.ask(Seek(Position(1)))
    talk.until(PositionState)
    assert not [answer for answer in talk.seen if isinstance(answer.value, Alert)]
    with log.open("ab") as file:
        file.write(b"x")
    talk.ask(CheckFile())
    assert talk.until(Alert) == Alert("warning", "The file has changed on disk.", ("reload",))
    log.unlink()
    talk.ask(CheckFile())
    assert talk.until(Alert).actions == ("reload",)


def test_a_log_that_shrinks_while_open_does_no_harm(talk: Talk, log: Path) -> None:
    talk.open_whole(log)
    os.truncate(log, log.stat().st_size // 2)
    talk.ask(Seek(Position(50)))
    assert "reload" in talk.until(Alert).text
    talk.ask(GetRows(EventIndex(49), EventIndex(51)))
    assert talk.until(Rows).rows[0].broken


@pytest.mark.parametrize("talk", ["slow_jobs"], indirect=True)
def test_the_user_may_stop_the_work_and_questions_are_answered_meanwhile(talk: Talk, log: Path) -> None:
    talk.open(log)
    assert talk.until(Progress).job == "Verifying"
    talk.ask(Seek(Position(0)))
    assert talk.until(PositionState).position == 0
    talk.ask(StopWork())
    assert talk.until(Alert).text == "Stopped: not all events were read."
    talk.until(WorkEnded)


@pytest.mark.parametrize("talk", ["dying_jobs"], indirect=True)
def test_a_worker_that_dies_is_told_of_and_the_engine_goes_on(talk: Talk, log: Path) -> None:
    talk.open(log)
    alert = talk.until(Alert)
    assert "the worker process ended unexpectedly (signal 9, SIGKILL)" in alert.text
    talk.until(WorkEnded)
    talk.ask(Seek(Position(0)))
    assert talk.until(PositionState).position == 0


@pytest.mark.parametrize("talk", ["slow_jobs"], indirect=True)
def test_an_import_tells_how_far_it_is_and_may_be_stopped(talk: Talk, log: Path, tmp_path: Path) -> None:
    path = write(tmp_path, user("u1", None, "find it"), assistant("a1", "u1", text("here")))
    talk.ask(Open(str(path)), run=2)
    progress = talk.until(Progress, lambda progress: progress.job == "Converting" and progress.total > 0)
    assert (progress.done, progress.total) == (1, 100)
    talk.ask(StopWork(), run=0)  # about what is still shown
    assert "was not imported" in talk.until(Alert).text
    assert any(isinstance(answer.value, WorkEnded) and answer.run == 2 for answer in talk.seen)
    assert talk.open(log, run=3).facts.name == "run.rlog"


@pytest.mark.parametrize("talk", ["slow_jobs"], indirect=True)
def test_close_ends_running_work_without_waiting_for_it(talk: Talk, log: Path) -> None:
    talk.open(log)
    talk.until(Progress)
    bound = seconds_to_close()
    start = time.monotonic()
    talk.engine.close()
    assert time.monotonic() - start < bound


def test_a_fault_of_the_engine_is_reported_and_it_lives_on(
    talk: Talk, log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    talk.open_whole(log)
    caught: SimpleQueue[threading.ExceptHookArgs] = SimpleQueue()
    monkeypatch.setattr(threading, "excepthook", caught.put)
    talk.ask(Seek("nonsense"))  # type: ignore[arg-type]
    assert caught.get(timeout=WAIT).exc_type is TypeError
    talk.ask(Seek(Position(1)))
    assert talk.until(PositionState).position == 1
