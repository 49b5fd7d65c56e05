"""Whoever speaks to the receiver of traces or to the proxy of models may be hostile: raw requests, on a socket."""

from __future__ import annotations

import gzip
import http.server
import json
import os
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

from replay_gui import EventLog
from replay_gui.core.verification.verify_log import verify
from replay_gui.record.calls import loopback_server
from replay_gui.record.calls.secrets import Secrets
from replay_gui.record.proxy.proxy_server import running_proxy
from replay_gui.record.proxy.upstreams import Upstream
from replay_gui.record.receiver import otlp_protobuf
from replay_gui.record.receiver import receiver as receiver_module
from replay_gui.record.receiver.receiver import TraceReceiver
from replay_gui.record.receiver.trace_files import TraceFiles
from replay_gui.record.recording import new_log
from replay_gui.record.sessions.recording_session import RecordingSession
from tests.record.raw_http import JSON, request, said, statuses

VICTIM = b"what the user has"


def span(trace: Any = "aa" * 16, **more: Any) -> dict[str, Any]:
    return {"traceId": trace, "spanId": "bb" * 8, "name": "chat m", "startTimeUnixNano": "1", **more}


def spans(*given: dict[str, Any], resource: Any = None) -> bytes:
    group = {"resource": {"attributes": resource or []}, "scopeSpans": [{"spans": [*given]}]}
    return json.dumps({"resourceSpans": [group]}).encode()


@contextmanager
def serving(server: Any) -> Iterator[Any]:
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    with server:
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "traces").mkdir()
    return tmp_path / "traces"


@pytest.fixture
def receiver(folder: Path) -> Iterator[TraceReceiver]:
    with serving(TraceReceiver(0, TraceFiles(folder, Secrets({})))) as server:
        yield server


CUT = {"/length": ("content-length", "100"), "/chunks": ("transfer-encoding", "chunked")}
"""Answers that end before their end, by path."""


class _Provider(http.server.BaseHTTPRequestHandler):
    """Answers with what it was sent."""

    protocol_version = "HTTP/1.1"
    bodies: list[bytes]

    def log_message(self, format: str, *args: object) -> None: ...

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.bodies.append(body)
        self.send_response(200)
        self.send_header(*CUT.get(self.path, ("content-length", "2")))
        self.end_headers()
        self.wfile.write(b"ff\r\nab" if self.path == "/chunks" else b"{}")
        self.close_connection = self.path in CUT


class _ProviderServer(http.server.ThreadingHTTPServer):
    def handle_error(self, request: Any, client_address: Any) -> None:
        """Print nothing where the proxy has gone away: what is printed is to be the program's own."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)


class Proxied:
    """A proxy in front of a provider. bodies: what came to the provider."""

    def __init__(self, port: int, bodies: list[bytes], log: Path) -> None:
        self.port, self.bodies, self.log = port, bodies, log


@pytest.fixture
def proxied(tmp_path: Path) -> Iterator[Proxied]:
    bodies: list[bytes] = []
    handler = type("Handler", (_Provider,), {"bodies": bodies})
    log = tmp_path / "run.rlog"
    session = RecordingSession(new_log(log, agent_type="a"))
    with serving(_ProviderServer(("127.0.0.1", 0), handler)) as provider:
        upstream = Upstream("openai", ("OPENAI_BASE_URL",), f"http://127.0.0.1:{provider.server_port}")
        with running_proxy(session, (upstream,)) as proxy:
            yield Proxied(proxy.server_port, bodies, log)
    session.finish()
    if log.exists():
        with EventLog.open(log) as read:
            assert verify(read).verdict == "VALID"


CHUNKED = "transfer-encoding: chunked"
BAD_REQUESTS: dict[str, Callable[[str, bytes], bytes]] = {
    "a length that is none": lambda path, body: request(path, body, length="x"),
    "a negative length": lambda path, body: request(path, body, length=-1),
    "a length with a sign": lambda path, body: request(path, body, length="+2"),
    "a length of other digits": lambda path, body: request(path, body, length="\u0662"),
    "a length with a control character": lambda path, body: request(path, body, length=f"{len(body)}\x1d"),
    "a huge length": lambda path, body: request(path, body, length=10**30),
    "a length beyond all": lambda path, body: request(path, body, length="9" * 5000),
    "more than there is": lambda path, body: request(path, body, length=10_000),
    "two lengths": lambda path, body: request(path, body, "content-length: 10000"),
    "chunks and a length": lambda path, body: request(path, b"0\r\n\r\n", CHUNKED),
    "an unknown encoding": lambda path, body: request(path, body, "transfer-encoding: gzip", length=""),
    "chunks that are none": lambda path, body: request(path, body, CHUNKED, length=""),
    "a chunk cut short": lambda path, body: request(path, b"ff\r\nabc", CHUNKED, length=""),
    "a chunk without an end": lambda path, body: request(path, b"1\r\nabc\r\n0\r\n\r\n", CHUNKED, length=""),
    "a huge chunk": lambda path, body: request(path, b"f" * 15 + b"\r\nabc", CHUNKED, length=""),
    "a negative chunk": lambda path, body: request(path, b"-1\r\nabc", CHUNKED, length=""),
    "endless trailers": lambda path, body: request(path, b"0\r\n" + b"a: b\r\n" * 9999, CHUNKED, length=""),
}
every_bad_request = pytest.mark.parametrize("bad", BAD_REQUESTS.values(), ids=BAD_REQUESTS.keys())


def chunked(path: str, body: bytes) -> bytes:
    half = len(body) // 2
    parts = b"".join(b"%x;a=b\r\n%s\r\n" % (len(part), part) for part in (body[:half], body[half:]))
    return request(path, parts + b"0\r\nx: y\r\n\r\n", CHUNKED, length="")


@every_bad_request
def test_bodies_that_are_none_are_refused_by_the_receiver(
    receiver: TraceReceiver, folder: Path, capfd: pytest.CaptureFixture[str], bad: Callable[[str, bytes], bytes]
) -> None:
    answer = said(receiver.server_port, bad("/v1/traces", spans(span())) + request("/v1/traces", spans(span())))
    assert statuses(answer)[:1] in ([400], [413], []), answer
    assert len(statuses(answer)) <= 1, "what follows is no request of its own"
    assert list(folder.iterdir()) == []
    assert statuses(said(receiver.server_port, request("/v1/traces", spans(span())))) == [200]
    assert capfd.readouterr() == ("", "")


@every_bad_request
def test_bodies_that_are_none_are_refused_by_the_proxy(
    proxied: Proxied, capfd: pytest.CaptureFixture[str], bad: Callable[[str, bytes], bytes]
) -> None:
    answer = said(proxied.port, bad("/openai/x", b'{"a": 1}') + request("/openai/x", b"{}"))
    assert statuses(answer)[:1] in ([400], [413], []), answer
    assert proxied.bodies == [], "nothing of it is sent on"
    assert statuses(said(proxied.port, request("/openai/x", b"{}"))) == [200]
    assert capfd.readouterr() == ("", "")


def test_chunked_bodies_are_taken_whole(receiver: TraceReceiver, folder: Path, proxied: Proxied) -> None:
    both = chunked("/v1/traces", spans(span())) + request("/v1/traces", spans(span("cc" * 16)))
    assert statuses(said(receiver.server_port, both)) == [200, 200]
    assert len(list(folder.iterdir())) == 2
    assert statuses(said(proxied.port, chunked("/openai/x", b'{"a": 1}'))) == [200]
    assert proxied.bodies == [b'{"a": 1}']


@pytest.mark.parametrize(
    "path", ["/", "/evil", "//evil.example/x", "/@evil.example", "http://evil.example/openai/x", "/openai@evil"]
)
def test_the_proxy_asks_nobody_but_its_providers(proxied: Proxied, path: str) -> None:
    assert statuses(said(proxied.port, request(path, b"{}"))) == [404]
    assert proxied.bodies == []


@pytest.mark.parametrize(
    "path", ["/openai/é", "/openai/a\x01", "/openai/" + "x" * 60_000 + "é"], ids=["é", "\\1", "long"]
)
def test_a_path_that_is_none_is_an_answer_and_recorded(
    proxied: Proxied, capfd: pytest.CaptureFixture[str], path: str
) -> None:
    assert statuses(said(proxied.port, request(path, b"{}"))) == [502]
    assert proxied.bodies == []
    with EventLog.open(proxied.log) as log:
        (response,) = [event for event in log if event.kind == "ToolResponse"]
    assert response.payload["success"] is False
    assert capfd.readouterr() == ("", "")


def test_more_connections_than_the_process_could_hold_are_closed(
    folder: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loopback_server, "_MAX_CONNECTIONS", 3)
    with serving(TraceReceiver(0, TraceFiles(folder, Secrets({})))) as server, ExitStack() as held:
        place = "127.0.0.1", server.server_port
        for _ in range(3):
            peer = held.enter_context(socket.create_connection(place, timeout=20))
            peer.sendall(request("/v1/traces", b"{}"))
            assert peer.recv(100)
        with socket.create_connection(place, timeout=20) as one_more:
            assert one_more.recv(1) == b""
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("path", CUT)
def test_an_answer_that_is_cut_short_is_not_passed_on_or_recorded_as_a_whole(
    proxied: Proxied, capfd: pytest.CaptureFixture[str], path: str
) -> None:
    answer = said(proxied.port, request(f"/openai{path}", b"{}"))
    assert statuses(answer) == [200]
    assert not answer.endswith(b"0\r\n\r\n"), "the agent learns of it"
    with EventLog.open(proxied.log) as log:
        (response,) = [event for event in log if event.kind == "ToolResponse"]
    assert response.payload["success"] is False
    assert "IncompleteRead" in str(response.payload["error"])
    assert capfd.readouterr() == ("", "")


def test_a_peer_that_goes_away_is_nobodys_trouble(
    receiver: TraceReceiver, proxied: Proxied, capfd: pytest.CaptureFixture[str]
) -> None:
    for port, path in ((receiver.server_port, "/v1/traces"), (proxied.port, "/openai/x")):
        for raw in (b"", b"\x16\x03\x01", request(path, b"{}")[:30], request(path, b"{}"), b"GET / HTTP/9\r\n\r\n"):
            with socket.create_connection(("127.0.0.1", port)) as peer:
                peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")  # a reset, no goodbye
                peer.sendall(raw)
    for port, path in ((receiver.server_port, "/v1/traces"), (proxied.port, "/openai/x")):
        assert statuses(said(port, request(path, b"{}"))) == [200]
    assert capfd.readouterr() == ("", "")


# ---- what traces are written over -----------------------------------------------------------------------------------
NAMES = ["run", "../run", "/run", "run.rlog", "", "\x00", "a\nb", "\u202e", "x" * 5000, "é", None, 7, {"a": 1}, ["run"]]


@pytest.mark.parametrize("trace", NAMES, ids=lambda name: repr(name)[:20])
def test_no_trace_replaces_or_removes_a_file(folder: Path, trace: Any) -> None:
    """The name of a trace is the peer's choice."""
    stem = "".join(c if c.isascii() and (c.isalnum() or c in "-_") else "_" for c in str(trace))[:64] or "trace"
    outside = folder.parent / "outside"
    there = [folder / f"{stem}.rlog", folder / f"{stem}-2.otlp.jsonl", folder / "run.rlog"]
    for path in there:
        path.write_bytes(VICTIM)
    (folder / f"{stem}.otlp.jsonl").symlink_to(outside)
    (folder / f"{stem}-3.rlog").symlink_to(outside)
    files = TraceFiles(folder, Secrets({}))
    for _ in range(2):
        files.add(json.loads(spans(span(trace))), 100)
        (written,) = files.write_logs()
        assert written.problem is None
        assert written.path.parent == folder
    assert all(path.read_bytes() == VICTIM for path in there)
    assert not outside.exists()
    assert all(path.parent == folder for path in folder.rglob("*"))


def test_a_file_that_was_put_in_the_place_of_a_trace_or_its_log_stays(folder: Path) -> None:
    files, outside = TraceFiles(folder, Secrets({})), folder.parent / "outside"
    request_ = json.loads(spans(span()))
    files.add(request_, 100)
    (written,) = files.write_logs()
    assert written.path.stat().st_mode & 0o077 == 0, "it holds what the run held"
    written.path.unlink()
    written.path.write_bytes(VICTIM)
    files.add(request_, 100)
    (again,) = files.write_logs()
    assert again.problem is not None
    assert "\n" not in again.problem
    assert written.path.read_bytes() == VICTIM
    kept = next(folder.glob("*.otlp.jsonl"))
    makers: list[Callable[[Path], object]] = [lambda path: path.symlink_to(outside), os.mkfifo, Path.mkdir]
    for make in makers:
        kept.unlink() if not kept.is_dir() else kept.rmdir()
        make(kept)
        with pytest.raises(Exception, match="cannot be written"):
            files.add(request_, 100)
    assert not outside.exists()


HOSTILE_BODIES: dict[str, bytes] = {
    "deep": b'{"resourceSpans":' * 1 + b"[" * 100_000,
    "deep attributes": spans(span(attributes=[{"key": "a", "value": "@"}])).replace(
        b'"@"', b'{"kvlistValue":{"values":[{"key":"a","value":' * 3000 + b"1" + b"}]}}" * 3000
    ),
    "no UTF-8": b'{"resourceSpans": "\xff"}',
    "a list": b"[[[]]]",
    "maps for lists": b'{"resourceSpans": {"a": 1}}',
    "numbers for names": spans({"traceId": 1e308, "spanId": [], "name": {}, "startTimeUnixNano": "x" * 1000}),
    "a wide number": spans(span()).replace(b'"1"', b"9" * 4000),
    "many spans of one resource": spans(
        *[span()] * 4000, resource=[{"key": "k", "value": {"stringValue": "x" * 2_000_000}}]
    ),
}


@pytest.mark.parametrize("name", HOSTILE_BODIES)
def test_hostile_traces_cost_no_more_than_they_are(
    receiver: TraceReceiver, folder: Path, capfd: pytest.CaptureFixture[str], name: str
) -> None:
    """Eight gigabytes would be written for the two megabytes of the last one."""
    assert statuses(said(receiver.server_port, request("/v1/traces", HOSTILE_BODIES[name]))) in ([200], [400])
    assert sum(path.stat().st_size for path in folder.iterdir()) < 10 << 20
    for written in receiver.files.write_logs():
        assert written.problem is None or "\n" not in written.problem
    assert capfd.readouterr() == ("", "")


def test_traces_whose_names_are_alike_are_numbered_without_a_search(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each was once looked for from the first number on: 2,000 of them took 16 s."""
    looked, lexists, count = list[str](), os.path.lexists, 200

    def noted(path: str) -> bool:
        looked.append(path)
        return lexists(path)

    monkeypatch.setattr(os.path, "lexists", noted)
    given = [span("a" * 64 + str(number)) for number in range(count)]
    assert TraceFiles(folder, Secrets({})).add(json.loads(spans(*given)), 1 << 20) == count
    assert len(list(folder.iterdir())) == count
    assert len(looked) == 2 * count


TINY: dict[str, tuple[bytes, str]] = {
    "JSON": (b'{"resourceSpans":[{"scopeSpans":[{"spans":[' + b"{}," * 1000 + b"{}]}]}]}", JSON),
    "protobuf": (b"\x0a\xd0\x0f" + b"\x12\x00" * 1000, "content-type: application/x-protobuf"),
}


@pytest.mark.parametrize("form", TINY)
def test_tiny_parts_of_a_request_are_bounded(
    receiver: TraceReceiver, folder: Path, form: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A packed request of 35 KB once took 700 MB."""
    body, kind = TINY[form]
    raw = request("/v1/traces", gzip.compress(body), "content-encoding: gzip").replace(JSON.encode(), kind.encode())
    assert statuses(said(receiver.server_port, raw)) == [200]
    kept = len(list(folder.iterdir()))
    monkeypatch.setattr(receiver_module, "_MAX_CONTAINERS", 1000)
    monkeypatch.setattr(otlp_protobuf, "_MAX_FIELDS", 1000)
    answer = said(receiver.server_port, raw)
    assert statuses(answer) == [400]
    assert b"send fewer spans at once" in answer
    assert len(list(folder.iterdir())) == kept


def test_a_page_in_a_browser_is_no_agent(receiver: TraceReceiver, folder: Path, proxied: Proxied) -> None:
    """Any page may post to this computer; browsers say whose page it is, or it has a name that leads here."""
    body = spans(span())
    pages = ["origin: https://evil.example", "origin: null", "sec-fetch-site: cross-site"]
    pages += ["host: evil.example:4318", "host: 127.0.0.1.evil.example", "host: a@b", "host: local.evil"]
    for page in pages:
        assert statuses(said(receiver.server_port, request("/v1/traces", body, page))) == [403], page
        for method in ("POST", "GET", "HEAD"):
            asked = request("/openai/x", b"{}", page).replace(b"POST", method.encode(), 1)
            assert statuses(said(proxied.port, asked)) == [403], (page, method)
    assert list(folder.iterdir()) == []
    assert proxied.bodies == []
    for host in ("localhost:1", "[::1]:1", "10.0.0.1", "host.docker.internal:4318", "collector"):
        asked = request("/openai/x", b"{}").replace(b"127.0.0.1", host.encode(), 1)
        assert statuses(said(proxied.port, asked)) == [200], host


def test_what_is_packed_unpacks_within_bounds(receiver: TraceReceiver, folder: Path) -> None:
    bomb = gzip.compress(spans(span()) + b" " * (65 << 20), 1)
    for body in (bomb, bomb[:100], b"no gzip", gzip.compress(spans(span()))[:-4]):
        assert statuses(said(receiver.server_port, request("/v1/traces", body, "content-encoding: gzip"))) == [400]
    assert list(folder.iterdir()) == []
