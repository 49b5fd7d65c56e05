"""The options of ``replay-gui rerun``: fixed answers, edits from a file, questions, the verdict as JSON."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from replay_gui import EventLog, record
from replay_gui.cli import main
from replay_gui.core.log.run_start import RecordingMeans, RunStart
from replay_gui.record.child.question_folder import QuestionFolder
from replay_gui.record.sessions.questions import Reply, ReplyKind, value_of_words

AGENT = """
    import sys
    from replay_gui import record
    @record.tool
    def search(query):
        return ["live", query]
    @record.tool
    def say(words):
        return words
    def plan():
        for query in sys.argv[1:]:
            say(search(query))
    plan()
"""


@record.tool
def search(query: str) -> list[str]:
    return ["recorded", query]


@record.tool
def say(words: list[str]) -> list[str]:
    return words


@pytest.fixture
def run(tmp_path: Path) -> Path:
    (tmp_path / "agent.py").write_text(dedent(AGENT))
    with record.run(tmp_path / "run.rlog"):
        for query in ("a", "b"):
            say(search(query))
    return tmp_path / "run.rlog"


def rerun(run: Path, *arguments: str, words: tuple[str, ...] = ("a", "b")) -> tuple[int, Any, list[Any]]:
    """The exit, the report, and the answers of search in the new log."""
    report, new = run.with_name("report.json"), run.with_name("new.rlog")
    new.unlink(missing_ok=True)
    command = [sys.executable, str(run.with_name("agent.py")), *words]
    status = main(["rerun", str(run), "-o", str(new), "--report", str(report), *arguments, "--", *command])
    with EventLog.open(new) as log:
        answers = [e.payload["output"] for e in log if e.kind == "ToolResponse" and e.tool == "search"]
    return status, json.loads(report.read_bytes()), answers


def test_the_verdict_is_written_as_json(run: Path) -> None:
    status, report, _ = rerun(run, words=("a", "other"))
    found = report.pop("difference")
    assert (status, report["status"], report["answered"], report["problems"]) == (1, 1, 2, [])
    assert (found["kind"], found["asked"], found["nearest_position"]) == ("changed", "the tool search", 7)
    assert found["fields"] == [{"path": "input.query", "recorded": "“b”", "now": "“other”"}]
    assert found["place"].endswith("agent.py:12 in plan")


def test_a_tool_has_a_fixed_answer(run: Path) -> None:
    status, report, answers = rerun(run, "--fixed", "search", '["recorded", "a"]', words=("a",) * 2)
    assert answers == [["recorded", "a"]] * 2
    assert (status, report["difference"]["kind"]) == (1, "repeated"), "say was asked for with a twice"


def nested(depth: int) -> str:
    return "[" * depth + "]" * depth


@pytest.mark.parametrize("depth", [129, 500, 700])
def test_a_value_that_no_log_can_hold_is_a_text(depth: int) -> None:
    assert value_of_words(nested(128)) == json.loads(nested(128))
    assert value_of_words(nested(depth)) == nested(depth)


def test_edits_come_from_a_file(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    edits = run.with_name("edits.json")
    edits.write_text(json.dumps([{"event": 4, "pointer": "/1", "value": "é"}]))
    status, report, answers = rerun(run, "--edits", str(edits))
    assert (status, report["is_edited"], report["made"]) == (0, True, 1)
    assert answers == [["recorded", "é"], ["recorded", "b"]]
    command = ["rerun", str(run), "--edits", str(edits), "--", "true"]
    deep = '[{"event": 4, "pointer": "", "value": %s}]'
    for text, words in (
        ("{}", "is not a list of edits"),
        ('[{"event": 0, "pointer": "", "value": 1}]', "is not the number of an event"),
        (deep % nested(129), "too deeply"),
        (deep % nested(700), "too deeply"),
        (deep % nested(100_000), "is not a list of edits"),
    ):
        edits.write_text(text)
        assert main(command) == 2
        assert words in capsys.readouterr().err


def test_another_program_replies_to_questions(run: Path, tmp_path: Path) -> None:
    (folder := tmp_path / "questions").mkdir()
    asked: list[Any] = []

    def reply() -> None:
        questions = QuestionFolder(folder)
        while len(asked) < 2:
            for name, question in [*questions.open_questions()]:
                asked.append(json.loads(question.request))
                questions.reply(name, Reply(ReplyKind.RECORDED if len(asked) == 1 else ReplyKind.LIVE))
            time.sleep(0.01)

    thread = threading.Thread(target=reply)
    thread.start()
    try:
        _, _, answers = rerun(run, "--ask", "search", "--questions", str(folder))
    finally:
        asked += [None, None]
        thread.join()
    assert asked[:2] == [{"query": "a"}, {"query": "b"}]
    assert answers == [["recorded", "a"], ["live", "b"]]


def test_how_a_run_was_begun_is_in_its_log(run: Path) -> None:
    with EventLog.open(run) as log:
        first = next(iter(log))
    begun = RunStart.of_event(first.payload, first.meta)
    assert begun == RunStart(tuple(sys.orig_argv), str(Path.cwd()), RecordingMeans.HOOKS)
    assert "begun" not in first.payload
    assert RunStart.of_event({"config": {"command": ["python", "x.py"]}}, {}) == RunStart(("python", "x.py"), "")
    assert RunStart.of_event({"config": {"command": "x"}}, {"begun": {"command": [1]}}) is None


def test_a_command_that_is_ended_ends_its_agent(tmp_path: Path) -> None:
    code = "import time; print('ready', flush=True); time.sleep(60)"
    command = [sys.executable, "-m", "replay_gui", "record", "--", sys.executable, "-c", code]
    process = subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        child = int(Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()[0])
        process.terminate()
        assert process.wait(30) == 128 + signal.SIGTERM
    finally:
        process.kill()
        process.communicate()
    with pytest.raises(ProcessLookupError):
        os.kill(child, 0)


def test_the_report_is_json_only(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rerun", str(run), "--report", "verdict.pdf", "--", "true"]) == 2
    assert "is written as JSON" in capsys.readouterr().err
