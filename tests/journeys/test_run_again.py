"""A recorded agent is run again from the window: as it was, changed, with another answer, and ended."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent
from typing import TypeVar

import pytest
from PySide6.QtWidgets import QDialog, QWidget

from replay_gui import record
from replay_gui.core.log.positions import Position
from replay_gui.record.sessions.questions import ReplyKind
from replay_gui.widgets.parts.banner import Banner
from replay_gui.windows.dialogs.answer_dialog import AnswerDialog
from replay_gui.windows.dialogs.output_dialog import OutputDialog
from replay_gui.windows.dialogs.question_dialog import QuestionDialog
from replay_gui.windows.dialogs.rerun_dialog import RerunDialog
from tests.helpers.claude_code_lines import assistant, text, user, write
from tests.helpers.journey import Journey

AGENT = """
    import sys
    from replay_gui import record

    @record.tool
    def search(query):
        return [query, "live"]

    @record.tool
    def say(words):
        return words

    def plan():
        for query in ("a", "b"):
            print("found", say(search(query)))

    plan()
"""
_D = TypeVar("_D", bound=QDialog)


@record.tool
def search(query: str) -> list[str]:
    return [query, "recorded"]


@record.tool
def say(words: list[str]) -> list[str]:
    return words


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """A run whose log says by which command it is run again."""
    (tmp_path / "agent.py").write_text(dedent(AGENT))
    from replay_gui.record.recording import new_log
    from replay_gui.record.sessions.call_session import set_current_session
    from replay_gui.record.sessions.recording_session import RecordingSession

    log = new_log(tmp_path / "run.rlog", agent_type="agent.py", command=[sys.executable, str(tmp_path / "agent.py")])
    session = RecordingSession(log)
    set_current_session(session)
    for query in ("a", "b"):
        say(search(query))
    set_current_session(None)
    session.finish()
    return tmp_path / "run.rlog"


def shown(journey: Journey, kind: type[_D]) -> _D:
    """The dialog of this kind that is open."""

    def found() -> list[_D]:
        return [dialog for dialog in journey.window.findChildren(kind) if dialog.isVisible()]

    journey.until(lambda: bool(found()))
    return found()[0]


def run_again(journey: Journey, prepare: Callable[[RerunDialog], None] = lambda dialog: None) -> str:
    """Press the button, then Run; return the verdict, once it is there and compared."""
    journey.window.actions_["run_again"].trigger()
    dialog = shown(journey, RerunDialog)
    prepare(dialog)
    journey.until(dialog.run_button.isEnabled)
    dialog.run_button.click()
    return verdict(journey)


def verdict(journey: Journey) -> str:
    reruns, comparison = journey.window.reruns, journey.window.comparison
    journey.until(lambda: not reruns.running)
    if reruns.process.size:
        journey.until(lambda: reruns.bar.shows_new_log and not (reruns.is_behind or comparison.following.is_behind))
        journey.until(lambda: comparison.fresh and comparison.settled and comparison.b.index.complete)
    return reruns.bar.words.text()


def texts(widget: QWidget) -> str:
    return " ".join(banner.text for banner in widget.findChildren(Banner))


def test_an_unchanged_agent_runs_as_recorded_and_a_changed_one_stops_where_it_differs(
    journey: Journey, run: Path
) -> None:
    journey.open(run)
    agent = run.with_name("agent.py")
    journey.window.actions_["run_again"].trigger()
    dialog = shown(journey, RerunDialog)
    assert dialog.command.toPlainText() == shlex.join([sys.executable, str(agent)])
    journey.until(lambda: f"-- {shlex.join([sys.executable, str(agent)])}" in dialog.shown.toPlainText())
    assert dialog.folder.text() == os.getcwd()
    assert not journey.window.reruns.running, "nothing runs before the button is pressed"
    dialog.folder.setText(str(run.parent))
    journey.until(dialog.run_button.isEnabled)
    dialog.run_button.click()
    assert verdict(journey) == "Every request was as recorded: 4 calls answered from the log."
    comparison = journey.window.comparison
    assert comparison.compared is not None
    assert not comparison.compared.comparison.diverged

    journey.window.reruns.bar.output.click()
    assert "found ['a', 'recorded']" in shown(journey, OutputDialog).body.toPlainText()
    shown(journey, OutputDialog).close()

    agent.write_text(agent.read_text().replace('("a", "b")', '("a", "other")'))
    result = run_again(journey)
    then = "then the tool search was called with input.query “other” instead of “b” (event 7)."
    assert result == f"As recorded up to event 6; {then}"
    assert journey.window.reruns.bar.place.text() == "agent.py:15 in plan"
    assert (comparison.a.position, comparison.b.position) == (7, 7), "both are shown where they diverge"


def test_an_answer_is_edited_and_the_comparison_shows_what_came_of_it(journey: Journey, run: Path) -> None:
    journey.open(run)
    journey.session.seek(Position(3))  # the request; its answer is edited
    journey.arrive(3)
    assert journey.window.actions_["what_if"] in journey.window.run_view.detail.text.actions()
    journey.window.actions_["what_if"].trigger()
    dialog = shown(journey, AnswerDialog)
    assert not dialog.next_button.isEnabled(), "it is the same answer"
    dialog.field.setPlainText('["a", nothing]')
    journey.until(lambda: "Line 1, column 7" in dialog.problem.text)
    assert not dialog.next_button.isEnabled()
    dialog.field.setPlainText('["a", "edited"]')
    journey.until(dialog.next_button.isEnabled)
    dialog.next_button.click()
    plan = shown(journey, RerunDialog)
    journey.until(plan.run_button.isEnabled)
    assert """--what-if 4 '' '["a","edited"]'""" in plan.shown.toPlainText()
    plan.run_button.click()
    assert (
        verdict(journey)
        == "The edit was made: 2 calls answered from the log, 1 with a value of yours, 1 made for real."
    )
    comparison = journey.window.comparison
    assert comparison.b.position == 4
    assert comparison.compared is not None
    assert [cause.tool for cause in comparison.compared.comparison.causes] == ["search"]


def test_the_user_is_asked_by_a_dialog(journey: Journey, run: Path) -> None:
    journey.open(run)
    window = journey.window
    window.actions_["run_again"].trigger()
    dialog = shown(journey, RerunDialog)
    box = dialog.policies["search"]
    box.setCurrentIndex(box.findText("ask me"))
    journey.until(dialog.run_button.isEnabled)
    dialog.run_button.click()
    question = shown(journey, QuestionDialog)
    question.value.setPlainText('["a", "recorded"]')
    question.buttons[ReplyKind.VALUE].click()
    journey.until(lambda: not question.isVisible())
    second = shown(journey, QuestionDialog)
    second.reject()
    assert verdict(journey) == "As recorded up to event 6; there you stopped it, at a call of the tool search."


def test_a_tool_always_answers_the_same(journey: Journey, run: Path) -> None:
    journey.open(run)

    def fix(dialog: RerunDialog) -> None:
        box = dialog.policies["say"]
        box.setCurrentIndex(box.findText("always:"))
        assert dialog.fixed["say"].isVisible()
        assert not dialog.fixed["search"].isVisible()
        dialog.fixed["say"].setText('"nothing"')

    words = "Every request was as recorded: 2 calls answered from the log, 2 with a value of yours."
    assert run_again(journey, fix) == words
    assert "found nothing" in journey.window.reruns.process.output


def test_a_run_is_cancelled_with_all_that_it_started(journey: Journey, run: Path) -> None:
    code = "import os, time\nopen('pid', 'w').write(str(os.getpid()))\nos.rename('pid', 'ready')\ntime.sleep(100)\n"
    agent = run.with_name("agent.py")
    agent.write_text(dedent(AGENT).rstrip().removesuffix("plan()") + "search('a')\n" + code)
    journey.open(run)
    journey.window.actions_["run_again"].trigger()
    dialog = shown(journey, RerunDialog)
    dialog.folder.setText(str(run.parent))
    journey.until(dialog.run_button.isEnabled)
    dialog.run_button.click()
    ready = run.with_name("ready")
    journey.until(lambda: ready.exists() and journey.window.reruns.bar.shows_new_log)
    assert not journey.window.actions_["run_again"].isEnabled()
    assert journey.window.comparison.b_grows
    journey.window.reruns.bar.cancel.click()
    assert verdict(journey).startswith("Cancelled.")
    assert not journey.window.comparison.b_grows
    with pytest.raises(ProcessLookupError):
        os.kill(int(ready.read_text()), 0)


def test_what_cannot_be_run_says_why(journey: Journey, run: Path, tmp_path: Path) -> None:
    journey.open(run)

    def other_command(dialog: RerunDialog) -> None:
        dialog.command.setPlainText("python 'not closed")
        assert not dialog.run_button.isEnabled()
        dialog.command.setPlainText("./no-such-program")
        dialog.folder.setText(str(tmp_path / "no folder"))
        assert not dialog.run_button.isEnabled()
        for name in ("n" * 300, "a/" * 3000):  # the system refuses to look for it
            dialog.folder.setText(str(tmp_path / name))
            journey.until(lambda: dialog._problem.text == "There is no such folder.")
        dialog.folder.setText(str(tmp_path))
        dialog.command.setPlainText("agent 'a\0b'")
        journey.until(lambda: "NUL" in dialog._problem.text)
        dialog.command.setPlainText("./no-such-program")
        dialog.folder.setText(str(tmp_path))

    assert "./no-such-program: cannot be started" in run_again(journey, other_command)

    journey.open(write(tmp_path, user("u1", None, "a prompt"), assistant("a1", "u1", text("words"))))
    journey.window.actions_["run_again"].trigger()
    assert "This run was imported (Claude Code), not recorded" in texts(journey.window)


def test_a_command_of_a_log_that_hides_something_is_not_run_unseen(journey: Journey, tmp_path: Path) -> None:
    from replay_gui.record.recording import new_log

    log = new_log(tmp_path / "run.rlog", agent_type="a", command=["python", "a\u202e.py"])
    call = log.recorder.tool_request("search", {"q": 1})
    log.recorder.tool_response(call, 1)
    log.close({})
    journey.open(tmp_path / "run.rlog")
    journey.window.actions_["run_again"].trigger()
    dialog = shown(journey, RerunDialog)
    assert "\u202e" not in dialog.command.toPlainText()
    journey.until(lambda: "\\u202e" in dialog.shown.toPlainText())
