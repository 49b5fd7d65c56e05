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
from tests.benchmarks.figure import Figure, seconds
from tests.record.model_server import chat_answer, model_server

_CALLS = 2_000  # of a tool
_TURNS = 200  # of a model
_HOOK_TURNS = 400  # of a model without a network, ten calls each
_STREAMS = 60


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

        def call() -> None:
            for number in range(_CALLS):
                _echo(number, "x")

        bare = seconds(call, 5)
        with record.run(Path(folder, "run.rlog")):
            pairs = [(seconds(write), seconds(call)) for _ in range(5)]
        plain.close()
    events = median(floor for floor, _ in pairs)
    overhead = median(hooked - floor for floor, hooked in pairs) - bare
    note = f"{overhead / _CALLS * 1e6:.0f} µs beside the two events"
    yield Figure("record a tool call, to its two events by Recorder", (events + overhead) / events, 1.7, "x", note)


def model_hook(log: Path, small: Path) -> Iterator[Figure]:
    """A call of a model through the hook of httpx without a network, beside the same two events by Recorder.

    The bare call, the recorded one and the bare one with the two events are measured by turns, in CPU time.
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
        return seconds(lambda: [action() for _ in range(10) for action in actions], 2, time.thread_time) / 10

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
    bare, hooked, with_events = map(min, zip(*turns, strict=True))
    note = f"{(hooked - bare) * 1e6:.0f} µs with its two events, which take {(with_events - bare) * 1e6:.0f} µs"
    yield Figure("record a model call, to the bare call without a network", (hooked - bare) / bare, 1.5, "x", note)
    beside = (hooked - with_events) * 1e6
    yield Figure("record a model call, beside its two events", beside, 50, "µs", "in turn with httpx, in CPU time")


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

        def first_byte() -> float:
            begun = time.perf_counter()
            with client.stream("POST", f"{server.url}/v1/stream", json=body) as response:
                pieces = response.iter_raw()
                next(pieces)
                took = time.perf_counter() - begun
                for _ in pieces:
                    pass  # the connection can be used again
                return took

        ask()
        bare, hooked, first, first_hooked = [], [], [], []
        for turn in range(3):
            bare.append(seconds(ask))
            first.append(median(first_byte() for _ in range(_STREAMS)))
            with record.run(Path(folder, f"{turn}.rlog")):
                hooked.append(seconds(ask))
                first_hooked.append(median(first_byte() for _ in range(_STREAMS)))
    added = (median(hooked) - median(bare)) / _TURNS * 1e6
    yield Figure(
        "record a model call, to the bare call on loopback", median(hooked) / median(bare), 2, "x", f"+{added:.0f} µs"
    )
    later = 1000 * (median(first_hooked) - median(first))
    yield Figure("first streamed byte, later by", later, 1, "ms", f"bare {1000 * median(first):.2f} ms")


MEASURES: list[Callable[[Path, Path], Iterator[Figure]]] = [tool_call, model_hook, model_call]
