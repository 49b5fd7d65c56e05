"""A large foreign file is shown while it is being converted, and what is not whole never passes for whole."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import pytest

from replay_gui.core.log.log_reader import EventLog
from replay_gui.core.log.positions import FIRST_EVENT, EventIndex, Position
from replay_gui.core.replay_engine import ReplayEngine
from replay_gui.core.verification.verification_report import VerificationReport
from replay_gui.engine.answers import (
    Alert,
    FactsChanged,
    IndexGrew,
    PositionState,
    Progress,
    Rows,
    RunOpened,
    SearchResult,
    Totals,
)
from replay_gui.engine.conversion_controller import ConversionController
from replay_gui.engine.engine import Engine
from replay_gui.engine.job_group import StartedJob
from replay_gui.engine.jobs.job_messages import JobDone, JobMessage
from replay_gui.engine.queries.report_messages import MakeReport, NotReported
from replay_gui.engine.requests import (
    Close,
    Find,
    GetRows,
    GetTotals,
    Open,
    Seek,
    Side,
    StopWork,
    WorkEnded,
)
from tests.helpers.claude_code_lines import assistant, text, user, write
from tests.helpers.foreign import cached_conversion
from tests.helpers.importers.large_session import write_session
from tests.helpers.logs import write_log
from tests.helpers.talk import WAIT, Talk

SIZE = 2_000_000  # bytes
LEFT = "not all of the file was converted"


@pytest.fixture
def session(tmp_path: Path) -> Path:
    path = tmp_path / "session.jsonl"
    write_session(path, SIZE)
    with path.open("a") as file:
        file.write(json.dumps({"type": "unheard-of"}) + "\n")
    return path


def left_in_cache(tmp_path: Path) -> list[str]:
    """What is in the folders of conversions and of indexes."""
    cache = tmp_path / "cache" / "replay-gui"
    return sorted(entry.name for name in ("conversions", "indexes") for entry in (cache / name).glob("*"))


def test_a_large_file_is_shown_before_it_is_whole(talk: Talk, session: Path, tmp_path: Path) -> None:
    opened = talk.open(session)
    assert (opened.facts.format, opened.facts.origin, opened.facts.run_id) == ("claude-code", "imported", "session-1")
    assert (opened.facts.notes, opened.facts.has_hashes) == ((), False)
    first = talk.until(IndexGrew).index
    assert first.count > 0
    assert not first.complete
    talk.ask(Seek(Position(first.count)))
    moment = talk.until(PositionState)
    assert moment.position == first.count
    whole = talk.until(FactsChanged).facts
    assert [note.startswith("lines of a type that is not known") for note in whole.notes] == [True]
    index = talk.until(IndexGrew).index
    assert index.complete
    report = talk.until(VerificationReport)
    talk.until(WorkEnded)
    assert (report.verdict, report.events) == ("NOT VERIFIABLE", index.count)
    assert whole.notes[0] in report.notes
    assert not [answer.value for answer in talk.seen if isinstance(answer.value, Alert)], "nothing is missing"

    made = cached_conversion(session, tmp_path / "cache" / "replay-gui" / "conversions")
    assert made.events == index.count
    with EventLog.open(made.path) as log:
        assert [int(offset) for offset in log.offsets] == [int(offset) for offset in index.offset]
        replay = ReplayEngine(log)
        assert dict(moment.state) == replay.seek(first.count)
        talk.ask(Seek(Position(index.count)))
        assert dict(talk.until(PositionState).state) == replay.seek(index.count)
    assert talk.open(session, run=2).index.complete, "conversion and index were kept"


def test_of_how_far_it_is_one_measure_tells(talk: Talk, session: Path) -> None:
    talk.open_whole(session)
    listed = [answer.value for answer in talk.seen if isinstance(answer.value, Progress)]
    shares = [one.done / one.total for one in listed if one.job == "Converting" and one.total]
    assert shares == sorted(shares)
    assert not shares or shares[-1] <= 1
    jobs = [one.job for one in listed]
    assert jobs == sorted(jobs), "first Converting, then Verifying"
    assert isinstance(talk.seen[-1].value, WorkEnded)
    assert sum(isinstance(answer.value, WorkEnded) for answer in talk.seen) == 1


def test_what_wants_the_whole_run_waits_for_it(talk: Talk, session: Path) -> None:
    talk.open(session)
    talk.ask(GetTotals())
    totals = talk.until(Totals)
    before = [type(answer.value) for answer in talk.seen]
    assert FactsChanged in before
    assert sum(use.tokens["input"] for use in totals.uses if "input" in use.tokens) > 0
    talk.ask(Find(1, "Item 3 is done"))
    assert talk.until(SearchResult, lambda found: found.ended).count > 0


@pytest.mark.parametrize("talk", ["tests.engine.job_modules.halting_jobs"], indirect=True)
def test_a_conversion_that_is_stopped_leaves_what_is_there_to_be_looked_at(
    talk: Talk, session: Path, tmp_path: Path
) -> None:
    talk.open(session)
    index = talk.until(IndexGrew).index
    talk.ask(GetRows(FIRST_EVENT, EventIndex(index.count)))
    assert len(talk.until(Rows).rows) == index.count
    talk.ask(MakeReport(number=1, verifications=(None,), command="", made=0))
    assert "was not converted" in talk.until(NotReported).problem
    talk.ask(GetTotals())
    talk.ask(StopWork())
    assert talk.until(Alert) == Alert("info", f"Stopped: {LEFT}.", ("reload",))
    talk.until(WorkEnded)
    assert talk.until(Totals).uses, "of what there is"
    talk.ask(Seek(Position(index.count)))
    assert talk.until(PositionState).position == index.count
    (conversion,) = (tmp_path / "cache" / "replay-gui" / "conversions").iterdir()
    assert not list(conversion.rglob("conversion.json")), "nothing says that it is whole"
    talk.ask(Close(), run=2)
    talk.open(write_log(tmp_path / "other.rlog"), run=3)
    assert [name for name in left_in_cache(tmp_path) if name.startswith(".conversion-")] == []
    assert cached_conversion(session, tmp_path / "cache" / "replay-gui" / "conversions").events > index.count


@pytest.mark.parametrize("talk", ["tests.engine.job_modules.falling_jobs"], indirect=True)
def test_a_conversion_that_dies_says_so(talk: Talk, session: Path, tmp_path: Path) -> None:
    talk.open(session)
    alert = talk.until(Alert)
    assert (alert.severity, alert.actions) == ("error", ("reload",))
    assert alert.text.startswith(f"N{LEFT[1:]}: the worker process ended unexpectedly (signal 9, SIGKILL)")
    talk.until(WorkEnded)
    assert not [answer for answer in talk.seen if isinstance(answer.value, VerificationReport | FactsChanged)]
    talk.engine.close()
    assert left_in_cache(tmp_path) == []


@pytest.mark.parametrize("talk", ["tests.engine.job_modules.halting_jobs"], indirect=True)
def test_a_conversion_ends_with_the_run_that_takes_its_place(talk: Talk, session: Path, tmp_path: Path) -> None:
    talk.open(session)
    talk.until(IndexGrew)
    report = talk.open_whole(write_log(tmp_path / "other.rlog"), run=2)
    assert report.verdict == "VALID"
    assert not any(name.startswith((".conversion-", "building-")) for name in left_in_cache(tmp_path))


@pytest.fixture
def busy(monkeypatch: pytest.MonkeyPatch) -> None:
    """An engine that has no time for what a conversion says until it is over."""
    over, handle_message, on_worker = threading.Event(), ConversionController._on_message, Engine._on_worker

    def handle_message_late(conversion: ConversionController, message: JobMessage) -> None:
        assert over.wait(WAIT)
        handle_message(conversion, message)

    def on_message(engine: Engine, side: Side | None, run: int, job: StartedJob, message: JobMessage) -> None:
        on_worker(engine, side, run, job, message)
        if isinstance(message, JobDone):
            over.set()

    monkeypatch.setattr(ConversionController, "_on_message", handle_message_late)
    monkeypatch.setattr(Engine, "_on_worker", on_message)


@pytest.mark.usefixtures("busy")
def test_a_log_that_became_whole_and_moved_before_anybody_looked_is_shown_whole(
    request: pytest.FixtureRequest, session: Path
) -> None:
    talk: Talk = request.getfixturevalue("talk")  # made only now, so that it knows of it
    report = talk.open_whole(session)
    assert report.verdict == "NOT VERIFIABLE"
    assert not [answer for answer in talk.seen if isinstance(answer.value, FactsChanged)]
    assert not [answer.value for answer in talk.seen if isinstance(answer.value, Alert)]


def test_a_small_file_is_shown_whole(talk: Talk, tmp_path: Path) -> None:
    path = write(tmp_path, user("u1", None, "find it"), assistant("a1", "u1", text("here")))
    talk.open_whole(path)
    grown = [answer.value.index.complete for answer in talk.seen if isinstance(answer.value, IndexGrew)]
    assert grown[-1]
    assert not [answer for answer in talk.seen if isinstance(answer.value, FactsChanged)]


@pytest.mark.parametrize("talk", ["slow_jobs"], indirect=True)
def test_an_import_does_not_wait_for_the_verification_of_the_open_run(
    talk: Talk, session: Path, tmp_path: Path
) -> None:
    talk.open(write_log(tmp_path / "run.rlog"))  # whose index and integrity keep both workers for ever
    talk.ask(Open(str(session)), run=2)
    talk.until(Progress, lambda progress: progress.job == "Converting" and progress.total > 0)
    assert not [answer for answer in talk.seen if answer.run == 2 and isinstance(answer.value, RunOpened)]


def test_only_what_is_missing_of_a_run_is_told(talk: Talk, tmp_path: Path) -> None:
    long_key = {"type": "tool_use", "id": "t1", "name": "Read", "input": {"k" * 5000: 1}}
    path = write(tmp_path, user("u1", None, "go"), b"no JSON", assistant("a1", "u1", long_key))
    talk.open_whole(path)
    (alert,) = [answer.value for answer in talk.seen if isinstance(answer.value, Alert)]
    assert alert.severity == "info"
    assert alert.text.startswith("Parts of the file are missing in this run: keys of more than 4 KiB, cut: 1")
    assert "kept as text" not in alert.text
