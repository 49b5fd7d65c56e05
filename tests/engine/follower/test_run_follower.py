"""The engine follows the file of the open run, and says what it does."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from replay_gui.core.recorder.log_writer import LogWriter
from replay_gui.core.verification.verification_report import VerificationReport
from replay_gui.engine.answers import Alert, IndexGrew, PositionState, Totals
from replay_gui.engine.follower.follow_messages import Followed, FollowState, StopFollowing
from replay_gui.engine.requests import CheckFile, GetTotals, Seek
from tests.engine.follower.session_lines import LINES, raw
from tests.helpers.talk import Talk

pytestmark = pytest.mark.parametrize("talk", ["tests.engine.job_modules.hasty_follow"], indirect=True)
NOTE = {"obs_type": "message", "source": "user", "data": "x"}


@pytest.fixture
def writer(talk: Talk, tmp_path: Path) -> Iterator[LogWriter]:
    """The writer of a log with one event, which is open in the engine."""
    with LogWriter(tmp_path / "run.rlog", {"run_id": "r"}, state_hash_every=0) as writer:
        writer.append("Observation", NOTE)
        talk.open_whole(tmp_path / "run.rlog")
        yield writer


def until_state(talk: Talk, state: FollowState) -> None:
    talk.until(Followed, lambda text: text.state is state)


def reports(talk: Talk) -> list[VerificationReport]:
    return [answer.value for answer in talk.seen if isinstance(answer.value, VerificationReport)]


def test_a_log_is_followed_to_its_seal(talk: Talk, writer: LogWriter, tmp_path: Path) -> None:
    writer.append("Observation", NOTE)
    talk.ask(CheckFile(follows=True))
    until_state(talk, FollowState.GROWING)
    assert talk.until(IndexGrew).index.count == 2
    until_state(talk, FollowState.WAITING)
    assert talk.until(VerificationReport).events == 2, "it is verified once nothing came for a while"
    writer.append("Observation", NOTE)
    grown = talk.until(IndexGrew)
    assert (grown.index.count, grown.index.complete, grown.first_changed) == (3, False, None)
    talk.ask(Seek(3))  # type: ignore[arg-type]
    assert talk.until(PositionState).event is not None
    writer.seal(0)
    writer.close()
    until_state(talk, FollowState.OFF)
    talk.ask(CheckFile(follows=True))  # it is as it was read
    talk.ask(GetTotals())
    talk.until(Totals)
    if reports(talk)[-1].events == 2:  # the verdict on the whole log may come before or after its totals
        talk.until(VerificationReport)
    assert (reports(talk)[-1].events, reports(talk)[-1].seal) == (3, "good")
    assert not [answer for answer in talk.seen if isinstance(answer.value, Alert)]
    talk.engine.close()
    assert not list((tmp_path / "cache").rglob("building-*")), "nothing is left behind"


def test_a_log_that_is_being_recorded_is_followed_before_anything_comes(
    talk: Talk, writer: LogWriter, tmp_path: Path
) -> None:
    talk.ask(CheckFile(follows=True))
    until_state(talk, FollowState.WAITING)
    writer.append("Observation", NOTE)
    assert talk.until(IndexGrew).index.count == 2
    writer.seal(0)
    writer.close()
    until_state(talk, FollowState.OFF)
    talk.open_whole(tmp_path / "run.rlog")
    known = len(talk.seen)
    talk.ask(CheckFile(follows=True))
    talk.ask(GetTotals())
    talk.until(Totals)
    assert not [text for text in talk.seen[known:] if isinstance(text.value, Followed)], "nobody writes it any more"


def test_a_recorder_that_goes_without_a_seal_is_told(talk: Talk, writer: LogWriter) -> None:
    talk.ask(CheckFile(follows=True))
    until_state(talk, FollowState.WAITING)
    writer.append("Observation", NOTE)
    assert talk.until(IndexGrew).index.count == 2
    until_state(talk, FollowState.WAITING)
    writer.close()
    assert "without sealing the log" in talk.until(Alert).text
    assert Followed(FollowState.OFF) in [answer.value for answer in talk.seen]


def test_a_session_is_followed_until_it_is_cut(talk: Talk, tmp_path: Path) -> None:
    path = tmp_path / "session.jsonl"
    path.write_bytes(raw(LINES[:2]))
    talk.open_whole(path)
    talk.ask(GetTotals())
    talk.until(Totals)
    with path.open("ab") as file:
        file.write(raw(LINES[2:]))
    talk.ask(CheckFile(follows=True))
    count = talk.until(IndexGrew).index.count
    until_state(talk, FollowState.WAITING)
    totals = talk.until(Totals)  # before the verdict, or after it
    assert totals.uses[0].events == 2, "it is summed up anew, though nobody asked again"
    assert count in [report.events for report in reports(talk)] or talk.until(VerificationReport).events == count
    os.truncate(path, 10)
    assert talk.until(Alert).text == "The file was cut; the window shows the earlier content."
    assert Followed(FollowState.OFF) in [answer.value for answer in talk.seen]


def test_it_is_completed_when_it_is_to_be_followed_no_longer(talk: Talk, tmp_path: Path) -> None:
    path = tmp_path / "session.jsonl"
    path.write_bytes(raw(LINES[:2]))
    talk.open_whole(path)
    with path.open("ab") as file:
        file.write(raw(LINES[2:]))
    talk.ask(CheckFile(follows=True))
    talk.until(IndexGrew)
    talk.ask(StopFollowing())
    until_state(talk, FollowState.OFF)
    talk.ask(CheckFile(follows=True))
    with path.open("ab") as file:
        file.write(b"\n")
    talk.ask(CheckFile())
    assert talk.until(Alert).text == "The file has changed on disk."


def test_a_log_that_was_replaced_is_told(talk: Talk, tmp_path: Path) -> None:
    path = tmp_path / "run.rlog"
    with LogWriter(path, {"run_id": "r"}, state_hash_every=0) as writer:
        writer.append("Observation", NOTE)
    talk.open_whole(path)
    other = path.with_name("other")
    other.write_bytes(path.read_bytes() * 2)
    other.rename(path)
    talk.ask(CheckFile(follows=True))
    assert talk.until(Alert).text == "The file has changed on disk."
