"""``replay-gui record`` and ``rerun``: an unchanged agent in a process of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from replay_gui import EventLog, ReplayEngine
from replay_gui.cli import main
from tests.record.model_server import ModelServer, chat_answer, model_server

CANARY = "canary-of-the-environment"
AGENT = """
    import os, sys
    import httpx
    url = os.environ["MODEL_URL"] + "/v1/chat/completions"
    headers = {"authorization": "Bearer " + os.environ["MODEL_API_KEY"]}
    messages = []
    def plan():
        for word in sys.argv[1:]:
            messages.append({"role": "user", "content": word})
            answer = httpx.post(url, json={"model": "m", "messages": messages}, headers=headers).json()
            messages.append(answer["choices"][0]["message"])
    plan()
    print(len(messages), "messages", sys.stdin.read())
    sys.exit(7)
"""
REMOVES_ITS_LOG = "import os; from replay_gui import record; record.start('x'); os.unlink('gone.rlog')"


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with model_server(lambda path, body: chat_answer(f"answer {len(body['messages'])}")) as server:
        yield server


def call(folder: Path, url: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "MODEL_URL": url, "MODEL_API_KEY": CANARY}
    command = [sys.executable, "-m", "replay_gui", *arguments]
    return subprocess.run(
        command, cwd=folder, env=environment, input="and more", capture_output=True, text=True, check=False, timeout=60
    )


def contents(path: Path) -> list[bytes]:
    with EventLog.open(path) as log:
        assert ReplayEngine(log).verify().verdict == "VALID"
        return [event.content for event in log]


def test_an_agent_is_recorded_and_run_again(server: ModelServer, tmp_path: Path) -> None:
    (tmp_path / "agent.py").write_text(dedent(AGENT))
    command = ["--", sys.executable, "agent.py"]
    done = call(tmp_path, server.url, "record", *command, "one", "two")
    assert (done.returncode, done.stdout) == (7, "4 messages and more\n"), done.stderr
    assert done.stderr == "replay-gui: recorded into run.rlog\n"
    assert CANARY.encode() not in (tmp_path / "run.rlog").read_bytes()
    asked = len(server.requests)

    again = call(tmp_path, server.url, "rerun", "run.rlog", *command, "one", "two")
    assert (again.returncode, again.stdout) == (7, "4 messages and more\n"), again.stderr
    assert contents(tmp_path / "run.rerun.rlog") == contents(tmp_path / "run.rlog")

    changed = call(tmp_path, server.url, "rerun", "run.rlog", "-o", "changed.rlog", *command, "one", "2")
    assert changed.returncode == 1
    assert changed.stdout == ""
    assert "request.messages[2].content: recorded “two”, now “2”" in changed.stderr
    assert "agent.py:10 in plan" in changed.stderr
    assert "Traceback" not in changed.stderr
    assert len(server.requests) == asked


def test_what_cannot_be_done_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "there.rlog").write_bytes(b"x")
    cases: list[tuple[list[str], Any]] = [
        (["record", "-o", "there.rlog", "--", "true"], "exists already"),
        (["record", "--", "true"], "nothing was recorded: no Python process was started"),
        (["record", "--", sys.executable, "-c", "pass"], "nothing was recorded: no call of a model or a tool was seen"),
        (
            ["record", "-o", "gone.rlog", "--", sys.executable, "-c", REMOVES_ITS_LOG],
            "gone.rlog: was written",
        ),
        (["record", "--", "./no-such-program"], "cannot be started"),
        (["record"], "the following arguments are required"),
        (["rerun", "none.rlog", "--", "true"], "none.rlog"),
    ]
    for arguments, words in cases:
        assert main(arguments) == 2, arguments
        printed = capfd.readouterr().err
        assert words in printed, arguments
        assert len(printed.splitlines()) == 1


def test_a_killed_agent_leaves_what_was_answered(server: ModelServer, tmp_path: Path) -> None:
    (tmp_path / "agent.py").write_text(
        dedent(AGENT).replace("plan()\nprint", "plan()\nprint('ready', flush=True)\nsys.stdin.read()\nprint")
    )
    environment = {**os.environ, "MODEL_URL": server.url, "MODEL_API_KEY": CANARY}
    command = [sys.executable, "-m", "replay_gui", "record", "--", sys.executable, "agent.py", "one", "two"]
    pipe = subprocess.PIPE
    process = subprocess.Popen(command, cwd=tmp_path, env=environment, stdin=pipe, stdout=pipe, stderr=pipe)
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"  # and now it waits for its input
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
        os.kill(int(children[0]), signal.SIGKILL)
        process.communicate(timeout=30)
    finally:
        process.kill()
        process.wait()
    assert process.returncode == 128 + signal.SIGKILL
    with EventLog.open(tmp_path / "run.rlog") as log:
        report = ReplayEngine(log).verify()
        assert [event.kind for event in log].count("Decision") == 2
    assert (report.verdict, report.seal) == ("VALID", "none")


def test_an_agent_with_a_start_of_its_own_and_a_sitecustomize(server: ModelServer, tmp_path: Path) -> None:
    """The command's log is used; what the environment customizes is still customized."""
    code = """
        import random, sys
        import customized
        from replay_gui import record
        run = record.start("own.rlog")
        @record.tool
        def twice(x):
            return 2 * x
        run.memory_write("drawn", twice(random.randrange(10**9)))
        record.stop()
    """
    (tmp_path / "agent.py").write_text(dedent(code))
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "sitecustomize.py").write_text(
        "import sys, types; sys.modules['customized'] = types.ModuleType('c')"
    )
    environment = {**os.environ, "PYTHONPATH": str(tmp_path / "site")}
    for arguments in (["record"], ["rerun", "run.rlog"]):
        command = [sys.executable, "-m", "replay_gui", *arguments, "--", sys.executable, "agent.py"]
        done = subprocess.run(
            command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False, timeout=60
        )
        assert done.returncode == 0, done.stderr
    assert not (tmp_path / "own.rlog").exists()
    assert contents(tmp_path / "run.rlog") == contents(tmp_path / "run.rerun.rlog")


def test_of_several_processes_the_first_is_recorded(tmp_path: Path) -> None:
    code = """
        import subprocess, sys
        from replay_gui import record
        @record.tool
        def once(x):
            return x
        once(len(sys.argv))
        if len(sys.argv) == 1:
            subprocess.run([sys.executable, "agent.py", "again"], check=True, close_fds=False)  # by posix_spawn
    """
    (tmp_path / "agent.py").write_text(dedent(code))
    command = [sys.executable, "-m", "replay_gui", "record", "--", sys.executable, "agent.py"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0
    assert "is not recorded, and not answered: another process of this command made calls before" in done.stderr
    assert "not recorded, and not answered in a re-run: a program that was started (1 time)" in done.stderr
    with EventLog.open(tmp_path / "run.rlog") as log:
        assert [event.payload["input"] for event in log if event.kind == "ToolRequest"] == [{"x": 1}]


@pytest.mark.parametrize("calls", [1, 7, 40])
def test_what_was_acknowledged_is_in_the_log_of_a_process_that_was_killed(calls: int, tmp_path: Path) -> None:
    code = """
        from replay_gui import record
        record.start("run.rlog")
        @record.tool
        def number(n):
            return n
        n = 0
        while True:
            print(number(n), flush=True)
            n += 1
    """
    (tmp_path / "agent.py").write_text(dedent(code))
    process = subprocess.Popen([sys.executable, "agent.py"], cwd=tmp_path, stdout=subprocess.PIPE)
    try:
        assert process.stdout is not None
        listed = [int(process.stdout.readline()) for _ in range(calls)]
        process.kill()
        listed += [int(line) for line in process.stdout.read().splitlines(keepends=True) if line.endswith(b"\n")]
    finally:
        process.kill()
        process.communicate()
    with EventLog.open(tmp_path / "run.rlog") as log:
        assert ReplayEngine(log).verify().verdict == "VALID"
        answers = [event.payload["output"] for event in log if event.kind == "ToolResponse"]
    assert answers[: len(listed)] == listed


def test_git_bisect_finds_the_commit_that_changed_a_request(
    server: ModelServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def git(*arguments: str) -> str:
        who = ["-c", "user.name=n", "-c", "user.email=e@example.org", "-c", "commit.gpgsign=false"]
        done = subprocess.run(["git", *who, *arguments], cwd=work, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr + done.stdout
        return done.stdout

    work = tmp_path / "work"
    work.mkdir()
    monkeypatch.chdir(work)
    monkeypatch.setenv("MODEL_URL", server.url)
    monkeypatch.setenv("MODEL_API_KEY", CANARY)
    git("init", "-q")
    code = dedent(AGENT).replace("sys.argv[1:]", "['one']")
    changed = code.replace("'one'", "'1'")
    for number, text in enumerate([code, "not Python\n", code + "# a note\n", changed, changed + "#\n"]):
        (work / "agent.py").write_text(text)
        git("add", ".")
        git("commit", "-qm", f"commit {number}")
        if number == 0:
            assert main(["record", "-o", str(tmp_path / "run.rlog"), "--", sys.executable, "agent.py"]) == 7
    rerun = ["rerun", "--bisect", str(tmp_path / "run.rlog"), "--", sys.executable, "agent.py"]
    assert main(rerun) == 1
    git("checkout", "-q", "HEAD~3")
    assert main(rerun) == 125
    git("checkout", "-q", "-")
    git("bisect", "start", "HEAD", "HEAD~4")
    script = f"exec {sys.executable} -m replay_gui {' '.join(rerun)} </dev/null"
    assert "commit 3" in git("bisect", "run", "sh", "-c", script)
    assert "commit 3" in git("show", "--no-patch", "refs/bisect/bad")
    assert sorted(file.name for file in tmp_path.iterdir()) == ["run.rlog", "work"]
