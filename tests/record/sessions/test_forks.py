"""Forked processes: they leave the log to their parent, and wait for no lock that a thread of the parent held."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from replay_gui import EventInvalid, EventLog, ReplayEngine, record
from replay_gui.record.hooks.sockets import SocketRefused
from replay_gui.record.sessions.call_session import current_session
from tests.record.model_server import chat_stream, model_server

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")

_PATIENCE_S = 60  # seconds until a child that waits for ever is ended by a signal
ASK: dict[str, Any] = {"model": "m", "messages": [{"role": "user", "content": "hi"}], "stream": True}


@record.tool
def echo(text: str) -> str:
    return text


def status_of_child(action: Callable[[], None]) -> int:
    """Run an action in a forked process; return 0 where it raised nothing, and came to its end."""
    process = os.fork()
    if process == 0:
        signal.alarm(_PATIENCE_S)
        status = 1
        try:
            action()
            status = 0
        finally:
            os._exit(status)
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])


@contextlib.contextmanager
def held_by_another_thread(*locks: Any) -> Iterator[None]:
    """Let another thread hold these locks during a block."""
    is_held, is_over = threading.Event(), threading.Event()

    def hold() -> None:
        with contextlib.ExitStack() as held:
            for lock in locks:
                held.enter_context(lock)
            is_held.set()
            is_over.wait()

    thread = threading.Thread(target=hold)
    thread.start()
    is_held.wait()
    try:
        yield
    finally:
        is_over.set()
        thread.join()


def locks_of_session() -> list[Any]:
    session: Any = current_session()
    log = session.log
    own = [session._lock] if session.is_rerun else []
    return [log.recorder.writing, log._lock, log.secrets._learning, log.drawn._lock, *own]


def asked_in(path: Path) -> list[Any]:
    """Return the requests in a log, which is whole."""
    with EventLog.open(path) as log:
        report = ReplayEngine(log).verify()
        assert (report.verdict, report.seal) == ("VALID", "good")
        return [event.payload["input"] for event in log if event.kind == "ToolRequest"]


def test_a_forked_process_neither_writes_nor_seals_the_log(tmp_path: Path) -> None:
    path = tmp_path / "run.rlog"
    with record.run(path) as run:

        def child() -> None:
            assert echo("in the child") == "in the child"
            with pytest.raises(EventInvalid, match="another process"):
                run.memory_write("key", "value")
            with pytest.raises(EventInvalid, match="another process"):
                run.seal()
            record.stop()

        with held_by_another_thread(*locks_of_session()):
            assert status_of_child(child) == 0
        echo("in the parent")
    assert asked_in(path) == [{"text": "in the parent"}]
    with EventLog.open(path) as log:
        lacking = [event.payload for event in log if event.kind == "x:bookkeeping/not-recorded"]
    assert lacking == [{"what": "a process that was forked"}]

    def connect() -> None:
        with pytest.raises(SocketRefused):
            socket.create_connection(("127.0.0.1", 1))

    with record.rerun(path):
        with held_by_another_thread(*locks_of_session()):
            assert status_of_child(connect) == 0
        echo("in the parent")


@pytest.mark.parametrize("is_rerun", [False, True])
def test_an_answer_that_a_forked_process_reads_to_its_end(tmp_path: Path, is_rerun: bool) -> None:
    path = tmp_path / "run.rlog"

    def ask(url: str) -> None:
        with httpx.Client() as client, client.stream("POST", f"{url}/v1/chat/completions", json=ASK) as response:
            pieces = response.iter_raw()
            next(pieces)
            if is_rerun == current_session().is_rerun:  # type: ignore[union-attr]
                with held_by_another_thread(*locks_of_session()):
                    assert status_of_child(lambda: response.close()) == 0
            for _ in pieces:
                pass

    with model_server(lambda *_: chat_stream("he", "llo")) as server:
        with record.run(path):
            ask(server.url)
        if is_rerun:
            with record.rerun(path):
                ask(server.url)
    with EventLog.open(path) as log:
        assert [event.payload["data"] for event in log if event.kind == "Decision"] == ["hello"]


def test_a_forked_process_that_leaves_the_block_of_a_rerun(tmp_path: Path) -> None:
    path = tmp_path / "run.rlog"
    with record.run(path):
        echo("one")

    def leave(block: Any) -> None:
        assert not block.__exit__(ZeroDivisionError, ZeroDivisionError(), None), "the error goes on"

    block = record.rerun(path, new=tmp_path / "new.rlog")
    with block:
        echo("one")
        with held_by_another_thread(*locks_of_session()):
            assert status_of_child(lambda: leave(block)) == 0
    assert asked_in(tmp_path / "new.rlog") == [{"text": "one"}]


_AGENT = """
import os, signal, sys, threading

def in_child():
    signal.alarm(60)
    answers.append(echo("in the child"))

answers = []
os.register_at_fork(after_in_child=in_child)  # before anything of the recording
from replay_gui import record
from replay_gui.record.sessions.call_session import current_session

@record.tool
def echo(text):
    return text

def hold():
    with run.writing, current_session().log._lock:
        is_held.set()
        is_over.wait()

is_held, is_over = threading.Event(), threading.Event()
with record.run(sys.argv[1]) as run:
    thread = threading.Thread(target=hold)
    thread.start()
    is_held.wait()
    child = os.fork()
    if not child:
        os._exit(answers != ["in the child"])
    status = os.waitpid(child, 0)[1]
    is_over.set()
    thread.join()
    echo("in the parent")
sys.exit(os.waitstatus_to_exitcode(status))
"""


def test_a_call_in_the_agents_own_hook_of_forks(tmp_path: Path) -> None:
    path = tmp_path / "run.rlog"
    ended = subprocess.run([sys.executable, "-c", _AGENT, path], capture_output=True, text=True, timeout=600)
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")
    assert asked_in(path) == [{"text": "in the parent"}]
