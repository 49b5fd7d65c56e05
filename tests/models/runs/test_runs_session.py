from __future__ import annotations

from pathlib import Path

from PySide6.QtTest import QSignalSpy

from replay_gui.engine.evaluation_answer import EvaluationFailed
from replay_gui.engine.requests import Answer
from replay_gui.models.runs.runs_session import RunsSession
from tests.helpers.evaluations.inline_evaluation import InlineBridge


def test_runs_and_their_contrast_are_known_once_they_are_read(session: RunsSession, folder: Path) -> None:
    session.open((str(folder),))
    assert len(session.runs) == len(session.outcomes) == 9
    assert session.counts == (6, 3, 0)
    assert [task.value for task in session.groups] == ["refund", "sorry", "hello"]
    assert session.contrasted is not None
    assert session.contrasted.tasks > 1
    assert (session.working, session.problem) == (False, "")


def test_a_task_is_chosen_without_another_reading(session: RunsSession, bridge: InlineBridge, folder: Path) -> None:
    session.open((str(folder),))
    session.choose_group(session.groups[0])
    assert session.contrasted is not None
    assert session.contrasted.chosen == session.groups[0].runs
    assert session.failures is not None
    assert {request.reading for request in bridge.requests} == {1}
    session.choose_group(session.groups[0])
    assert len(bridge.requests) == 2
    session.reload()
    assert bridge.requests[-1].reading == 2
    assert session.group is None


def test_the_first_group_is_contrasted_at_once_where_that_is_wanted(
    session: RunsSession, bridge: InlineBridge, folder: Path
) -> None:
    session.contrasts_first_group = True
    session.open((str(folder),))
    assert session.group == session.groups[0]
    assert session.contrasted is not None
    assert session.contrasted.chosen == tuple(sorted(session.groups[0].runs))
    session.choose_group(session.groups[0])  # as the list does, which shows what is chosen
    assert len(bridge.requests) == 1
    session.choose_group(session.groups[1])
    assert session.contrasted.chosen == tuple(sorted(session.groups[1].runs))


def test_what_passing_is_holds_for_all(session: RunsSession, folder: Path) -> None:
    session.open((str(folder),))
    session.set_passed("events > 100")
    assert session.counts == (0, 9, 0)
    session.set_passed("")
    assert session.counts == (6, 3, 0)


def test_a_problem_is_told(session: RunsSession, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    session.open((str(tmp_path / "empty"),))
    assert "no run in it that can be read" in session.problem
    assert not session.working


def test_answers_to_an_earlier_question_are_ignored(session: RunsSession, bridge: InlineBridge, folder: Path) -> None:
    session.open((str(folder),))
    spy = QSignalSpy(session.progressed)
    bridge.answered.emit(Answer(0, 0, EvaluationFailed(number=bridge.requests[-1].number - 1, problem="late")))
    assert spy.count() == 0
    assert session.problem == ""


def test_a_stopped_evaluation_takes_no_more_answers(session: RunsSession, bridge: InlineBridge) -> None:
    bridge.holds = True
    session.open(("somewhere",))
    assert session.working
    session.stop()
    assert (session.working, session.problem) == (False, "stopped")
    assert bridge.requests[-1].sources == ()


def test_a_task_that_is_chosen_at_once_is_waited_for(session: RunsSession, bridge: InlineBridge, folder: Path) -> None:
    """As the list of tasks does, which chooses the first one when it is filled."""
    asked: list[int] = []

    def choose() -> None:
        if session.groups and not asked:
            asked.append(1)
            bridge.holds = True  # the answer comes later
            session.choose_group(session.groups[0])

    session.runs_changed.connect(choose)
    session.open((str(folder),))
    assert session.working
    bridge.release()
    assert not session.working
    assert session.contrasted is not None
    assert session.contrasted.chosen == session.groups[0].runs
