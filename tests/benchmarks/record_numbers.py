"""What hooks cost an agent: beside the events that they write, and beside a bare call to a model on loopback."""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median

import httpx

from replay_gui import EventLog, Recorder, record
from replay_gui.record.sessions.call_session import CallSession, current_session, set_current_session
from tests.benchmarks.bare_pass import passes
from tests.benchmarks.figure import Figure, Pair, by_turns, ratio, seconds, shown_time
from tests.record.model_server import chat_answer, model_server

_CALLS = 2_000  # of a tool
_TURNS = 200  # of a model
_HOOK_TURNS = 400  # of a model without a network, ten calls each
_STREAMS = 60
_BARE_CALL = "the call without a network"  # which finds the processor's caches as cold as a recorded one does


@record.tool
def _echo(number: int, text: str) -> str:
    return text


def tool_call(log: Path, small: Path) -> Iterator[Figure]:
    """A call of a tool through its hook, beside the same two events by Recorder."""
    with tempfile.TemporaryDirectory() as folder:
        plain = Recorder(Path(folder, "plain.rlog"), "bench", "1", {})

        def write() -> None:
            for number in range(_CALLS):
                call = plain.tool_request("_echo", {"number": number, "text": "x"})
                plain.tool_response(call, "x")

        def call(session: CallSession | None) -> float:
            set_current_session(session)
            return seconds(lambda: [_echo(number, "x") for number in range(_CALLS)], time.thread_time)

        with plain, record.run(Path(folder, "run.rlog")):
            session = current_session()
            pairs = by_turns(lambda: call(session) - call(None), lambda: seconds(write, time.thread_time), 9)
            set_current_session(session)  # which the block ends
    each = [Pair(added / _CALLS, events / _CALLS) for added, events in pairs]
    yield ratio("record a tool call, with its two events, CPU time", each, 1.7, "its two events by Recorder")


def model_hook(log: Path, small: Path) -> Iterator[Figure]:
    """A call of a model through the hook of httpx without a network, beside the same two events by Recorder.

    The bare call, the recorded one and the bare one with the two events are measured by turns.
    """
    answer = json.dumps(chat_answer("fine")).encode()
    body = {"model": "m", "messages": [{"role": "user", "content": f"message {number}"} for number in range(20)]}

    def respond(*_: object) -> httpx.Response:
        headers = {"content-type": "application/json", "content-length": str(len(answer))}
        return httpx.Response(200, headers=headers, stream=httpx.ByteStream(answer))

    def ask() -> None:
        client.post("http://127.0.0.1:9/v1/chat/completions", json=body).read()

    def write() -> None:
        for kind, payload, meta in events:
            plain.append(kind, payload, **meta)

    def took(session: CallSession | None, *actions: Callable[[], None]) -> float:
        set_current_session(session)
        return seconds(lambda: [action() for _ in range(10) for action in actions], time.thread_time) / 10

    original = httpx.HTTPTransport.handle_request
    httpx.HTTPTransport.handle_request = respond  # type: ignore[method-assign, assignment]  # the hook is put around it
    try:
        with tempfile.TemporaryDirectory() as folder, httpx.Client() as client:
            path = Path(folder, "first.rlog")
            with record.run(path):
                ask()
            with EventLog.open(path) as recorded:
                last = [*recorded][-2:]
            own = ("seq", "parent")
            events = [(e.kind, {**e.payload}, {n: v for n, v in e.meta.items() if n not in own}) for e in last]
            with Recorder(Path(folder, "plain.rlog"), "bench", "1", {}) as plain, record.run(Path(folder, "run.rlog")):
                session = current_session()
                turns = [(took(None, ask), took(session, ask), took(None, ask, write)) for _ in range(_HOOK_TURNS)]
                set_current_session(session)  # which the block ends
    finally:
        httpx.HTTPTransport.handle_request = original  # type: ignore[method-assign]
    pairs = [(hooked - bare, bare) for bare, hooked, _ in turns]
    yield ratio("record a model call, with its two events, CPU time", pairs, 1.5, _BARE_CALL)
    both = median(with_events - bare for bare, _, with_events in turns)
    pairs = [(hooked - with_events, bare) for bare, hooked, with_events in turns]
    note = f"the two events by Recorder {shown_time(both)}"
    bound = passes(50e-6, 63)  # 50 µs; the call takes as long as 63 records
    yield ratio("record a model call, beside its two events, CPU time", pairs, bound, _BARE_CALL, note=note)


def model_call(log: Path, small: Path) -> Iterator[Figure]:
    """A call of a model over httpx to a server on loopback, recorded and bare by turns."""
    messages = [{"role": "user", "content": f"message {number}"} for number in range(20)]
    body = {"model": "m", "messages": messages}
    stream = (
        b"".join(b"data: %s\n\n" % json.dumps({"delta": word}).encode() for word in "abcdefgh") + b"data: [DONE]\n\n"
    )

    def answer(path: str, _: object) -> object:
        return stream if path.endswith("stream") else chat_answer("fine")

    with tempfile.TemporaryDirectory() as folder, model_server(answer) as server, httpx.Client() as client:

        def ask() -> None:
            for _ in range(_TURNS):
                client.post(f"{server.url}/v1/chat/completions", json=body).read()

        def asked(session: CallSession | None) -> float:
            set_current_session(session)
            return seconds(ask) / _TURNS

        def first_byte(session: CallSession | None) -> float:
            set_current_session(session)
            return median(_first_byte(client, f"{server.url}/v1/stream", body) for _ in range(_STREAMS))

        ask()
        with record.run(Path(folder, "run.rlog")):
            session = current_session()
            calls = by_turns(lambda: asked(session), lambda: asked(None))
            first = by_turns(lambda: first_byte(session), lambda: first_byte(None))
            set_current_session(session)  # which the block ends
    yield ratio("a recorded call of a model over loopback", calls, 2.0, "the bare call")
    bound = 1 + passes(0.001, 300)  # 1 ms later than the bare one, which takes as long as 300 records
    yield ratio("first streamed byte of a recorded answer over loopback", first, bound, "that of the bare call")


def _first_byte(client: httpx.Client, url: str, body: object) -> float:
    """Seconds from a request to the first byte of its answer; all is read."""
    begun = time.perf_counter()
    with client.stream("POST", url, json=body) as response:
        pieces = response.iter_raw()
        next(pieces)
        took = time.perf_counter() - begun
        for _ in pieces:
            pass  # the connection can be used again
    return took


MEASURES: list[Callable[[Path, Path], Iterator[Figure]]] = [tool_call, model_hook, model_call]
