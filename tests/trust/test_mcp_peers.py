"""An MCP server, its client, and the log that stands in for a server may be hostile, or end at any moment."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from replay_gui import EventLog, ReplayError, record
from replay_gui.core.log.canonical import encode
from replay_gui.core.verification.verify_log import verify
from replay_gui.record.calls.call import CallAnswer, CallKind, CallRequest
from replay_gui.record.matcher.past_run import read_past_run
from replay_gui.record.messages.request_parts import joined, key_of_joined
from replay_gui.record.proxy import mcp_relay
from replay_gui.record.proxy.mcp_relay import McpCalls, PipeChunk, answer_client, pieces_of
from replay_gui.record.recording import new_log
from replay_gui.record.rerunning import new_rerun_session
from replay_gui.record.sessions.call_session import current_session
from replay_gui.record.sessions.recording_session import RecordingSession
from replay_gui.record.sessions.rerun_options import RerunOptions
from tests.helpers.forged_logs import Forge, written
from tests.record.run_twice import tell

ANSWERING = """
import json, sys
for line in sys.stdin:
    print(json.dumps({"jsonrpc": "2.0", "id": json.loads(line)["id"], "result": {"a": 1}}), flush=True)
"""


def message(**members: Any) -> bytes:
    return json.dumps({"jsonrpc": "2.0", **members}).encode() + b"\n"


ASKED = message(id=1, method="tools/list")


def pieces(data: bytes) -> list[PipeChunk]:
    with tempfile.TemporaryFile() as file:  # a pipe holds 64 KiB only
        file.write(data)
        file.seek(0)
        return [*pieces_of(file.fileno())]


def test_every_byte_is_passed_on_in_bounded_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mcp_relay, "_MAX_LINE_BYTES", 1000)
    monkeypatch.setattr(mcp_relay, "_READ_BYTES", 300)
    for data in (
        b"",
        b"\n",
        b"a",
        b"a\nb",
        b"x" * 5000,
        b"x" * 5000 + b"\n{}\n",
        b"\n\n" + b"y" * 999 + b"\n" + b"z" * 1001,
    ):
        found = pieces(data)
        assert b"".join(piece.data for piece in found) == data
        assert all(len(piece.data) <= 1300 for piece in found)
        assert [piece.data for piece in found if piece.is_line] == [
            line for line in data.splitlines(keepends=True) if len(line) <= 1000
        ]


HOSTILE = {
    "binary": bytes(range(256)) * 40,
    "deep": b"[" * 100_000 + b"]" * 100_000 + b"\n",
    "deep result": b'{"id": 1, "result": ' + b"[" * 400 + b"]" * 400 + b"}\n",
    "half a character": b'{"id": 1, "result": "\\ud800"}\n',
    "a wide number": b'{"id": 1, "result": ' + b"9" * 4000 + b"}\n",
    "no answer": b'{"id": 1}\n',
    "an odd id": b'{"id": {"a": [1]}, "result": 1}\n',
    "another's id": b'{"id": "1", "result": 1}\n',
    "an error that is none": b'{"id": 1, "error": 7}\n',
    "both": b'{"id": 1, "error": null, "result": 1}\n',
    "a batch": b"[" + b'{"id": 1, "result": 1},' * 1000 + b"{}]\n",
    "methods": b"".join(message(id=n, method=f"m{n}\x1b[31m" + "x" * 900) for n in range(500)),
    "nothing": b"",
    "cut": b'{"id": 1, "resu',
}


@pytest.mark.parametrize("name", HOSTILE)
def test_whatever_a_server_says_the_log_is_sound_and_says_what_it_lacks(tmp_path: Path, name: str) -> None:
    path = tmp_path / "run.rlog"
    session = RecordingSession(new_log(path, agent_type="a"))
    calls = McpCalls(session)
    calls.note_from_client(PipeChunk(ASKED, True))
    for piece in pieces(HOSTILE[name]):
        calls.note_from_server(piece)
    session.finish()
    with EventLog.open(path) as log:
        report, events = verify(log), list(log)
    assert (report.verdict, report.seal) == ("VALID", "good")
    answered = any(event.kind == "ToolResponse" for event in events)
    assert answered or session.unseen or not HOSTILE[name].strip() or b'"id"' in HOSTILE[name], "nothing is lost unsaid"
    assert len(session.unseen) <= 22
    assert all(len(what) < 100 for what in session.unseen)


def started(folder: Path, *arguments: str) -> subprocess.Popen[bytes]:
    pipe = subprocess.PIPE
    words = [sys.executable, "-m", "replay_gui", *arguments]
    return subprocess.Popen(words, cwd=folder, stdin=pipe, stdout=pipe, stderr=pipe)


def relay(folder: Path, server: str) -> subprocess.Popen[bytes]:
    return started(folder, "record", "--mcp", "-o", "run.rlog", "--", sys.executable, "-c", server)


def assert_sealed(path: Path) -> None:
    with EventLog.open(path) as log:
        report = verify(log)
    assert (report.verdict, report.seal) == ("VALID", "good")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_relay_that_is_ended_ends_its_server_and_seals_its_log(tmp_path: Path, number: signal.Signals) -> None:
    """This is how clients end their servers."""
    stubborn = f"import os; open('pid', 'w').write(str(os.getpid()))\n{ANSWERING}\nwhile True: pass"
    with relay(tmp_path, stubborn) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdin.write(ASKED)
        process.stdin.flush()
        assert json.loads(process.stdout.readline())["result"] == {"a": 1}
        process.send_signal(number)
        assert process.wait(60) == 128 + number
        assert b"Traceback" not in process.stderr.read()
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "pid").read_text()), 0)
    assert_sealed(tmp_path / "run.rlog")


def test_a_log_that_stands_in_for_a_server_is_ended_as_a_server(tmp_path: Path) -> None:
    session = RecordingSession(new_log(tmp_path / "run.rlog", agent_type="a"))
    calls = McpCalls(session)
    calls.note_from_client(PipeChunk(ASKED, True))
    calls.note_from_server(PipeChunk(message(id=1, result={"a": 1}), True))
    session.finish()
    with started(tmp_path, "rerun", "run.rlog", "--mcp", "-o", "again.rlog", "--", "server") as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdin.write(ASKED)
        process.stdin.flush()
        assert json.loads(process.stdout.readline())["result"] == {"a": 1}
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 128 + signal.SIGTERM
        assert b"Traceback" not in process.stderr.read()
    assert_sealed(tmp_path / "again.rlog")


def test_a_client_that_no_longer_reads_ends_the_server(tmp_path: Path) -> None:
    with relay(tmp_path, "while True: print('x' * 1000, flush=True)") as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdin.write(ASKED)
        process.stdin.flush()
        process.stdout.readline()
        process.stdout.close()
        assert process.wait(60) == 141
        assert b"Traceback" not in process.stderr.read()
    assert_sealed(tmp_path / "run.rlog")


@pytest.mark.parametrize("form", [7, "x", [], {}, {"result": 1}, None, True, {"error": "\x1b"}, {"id": 2}])
def test_a_log_that_stands_in_may_hold_anything(tmp_path: Path, form: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    path, answers = tmp_path / "run.rlog", list[bytes]()
    session = RecordingSession(new_log(path, agent_type="a"))
    calls = McpCalls(session)
    calls.note_from_client(PipeChunk(ASKED, True))
    calls.note_from_server(PipeChunk(message(id=1, result={"a": 1}), True))
    session.finish()
    past = read_past_run(path)
    answer = past.calls[0].answer
    assert answer is not None
    past.calls[0].answer = replace(answer, form={"json_rpc": form})
    rerun = new_rerun_session(past, tmp_path / "again.rlog", RerunOptions())
    monkeypatch.setattr(mcp_relay, "pieces_of", lambda _: iter([PipeChunk(ASKED, True)]))
    monkeypatch.setattr(mcp_relay, "write_to_client", answers.append)
    assert answer_client(rerun) == 0
    (given,) = map(json.loads, answers)
    assert "result" in given or given["error"]
    assert_sealed(tmp_path / "again.rlog")


def hostile_logs(sound: Path) -> Iterator[list[tuple[Any, Any]]]:
    """Yield the events of a recording, (content, meta), with an odd value in each place, one at a time."""
    with EventLog.open(sound) as log:
        events: list[Any] = [([event.kind, event.payload], dict(event.meta)) for event in log]
    odd: list[Any] = [None, 1 << 63, "x", [], [[0, 1 << 40]], {"$parts": [[0, 1]] * 3}, {"$part": 7}]
    for number, (content, meta) in enumerate(events):
        places: list[tuple[dict[str, Any], bool]] = [(meta, True), (dict(content[1]), False)]
        for members, is_meta in places:
            for name in members:
                for value in odd:
                    changed = {**members, name: value}
                    one = (content, changed) if is_meta else ([content[0], changed], meta)
                    yield [*events[:number], one, *events[number + 1 :]]


def test_a_hostile_recording_is_refused_in_one_line_or_read(tmp_path: Path) -> None:
    sound, path = tmp_path / "sound.rlog", tmp_path / "run.rlog"
    with record.run(sound, agent_type="a", also=["clock"]):
        session = current_session()
        assert session is not None
        value = {"model": "m", "messages": [{"role": "user", "content": "x" * 300}, {"role": "user", "content": "y"}]}
        call = session.begin(CallRequest(CallKind.MODEL, "POST http://x/v1/chat", value))
        call.finish(CallAnswer(output={"text": "z"}, decision_type="message", form={"status": 200, "body": b"{}"}))
        tell("x")
    tried = read = refused = 0
    for events in hostile_logs(sound):
        forge, tried = Forge(), tried + 1
        for seq, (content, meta) in enumerate(events):
            forge.add(encode(content), None, encode({**meta, "seq": seq}))
        try:
            past = read_past_run(written(path, forge.bytes()))
            new_rerun_session(past, tmp_path / "again.rlog", RerunOptions()).finish()
            (tmp_path / "again.rlog").unlink(missing_ok=True)
            read += 1
        except ReplayError as why:
            refused += "\n" not in str(why)
    assert read + refused == tried
    assert read > 20
    assert refused > 20


def test_a_request_of_many_parts_costs_little(tmp_path: Path) -> None:
    """A megabyte named a million times would be hashed a million times."""
    parts = {0: "x" * 1_000_000, 1: "y"}
    whole = joined({"messages": {"$parts": [[0, 1], [0, 2]] * 1000}}, parts)
    assert len(whole["messages"]) == 3000
    begun = time.thread_time()
    key_of_joined(whole)
    assert time.thread_time() - begun < 1
    for spans in ([[0, 2]] * 500_001, [[0, 1 << 62]], [[0, -5]], [[0, 2]] * 500_000 + [[0, 1]]):
        with pytest.raises((ValueError, KeyError)):
            joined({"messages": {"$parts": spans}}, parts)
