"""A server on loopback that answers as model providers do, from a script; nothing leaves the computer."""

from __future__ import annotations

import gzip
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Script = Callable[[str, dict[str, Any]], Any]
"""Gets the path and the body of a request; returns a body for JSON, bytes for a stream, or (status, body)."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = (
        True  # head and body are two writes; the second would wait 40 ms for an answer to the first
    )
    server: ModelServer

    def log_message(self, format: str, *args: Any) -> None:
        pass

    def do_GET(self) -> None:
        self._answer({})

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers.get("content-length", 0)))
        if self.headers.get("content-encoding") == "gzip":
            raw = gzip.decompress(raw)
        self._answer(json.loads(raw) if raw else {})

    def _answer(self, body: dict[str, Any]) -> None:
        self.server.requests.append((self.path, body, dict(self.headers)))
        answer = self.server.script(self.path, body)
        status, answer = answer if isinstance(answer, tuple) else (200, answer)
        self.send_response(status)
        if isinstance(answer, bytes):
            self.send_header("content-type", "text/event-stream")
            self.send_header("transfer-encoding", "chunked")
            self.end_headers()
            for piece in answer.split(b"\n\n")[:-1]:
                self.wfile.write(b"%x\r\n%s\n\n\r\n" % (len(piece) + 2, piece))
            self.wfile.write(b"0\r\n\r\n")
        else:
            raw = json.dumps(answer).encode()
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(raw)))
            self.send_header("set-cookie", "session=canary-in-a-cookie-1")
            self.end_headers()
            self.wfile.write(raw)


class ModelServer(ThreadingHTTPServer):
    """`requests`: (path, body, headers) of each. `url`: where it listens."""

    daemon_threads = False
    block_on_close = True

    def __init__(self, script: Script) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.script = script
        self.requests: list[tuple[str, dict[str, Any], dict[str, str]]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


@contextmanager
def model_server(script: Script) -> Iterator[ModelServer]:
    """Run a server for a block."""
    server = ModelServer(script)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.socket.close()


def chat_answer(text: str | None, calls: list[tuple[str, dict[str, Any]]] = [], id_: str = "1") -> dict[str, Any]:  # noqa: B006
    """An answer in OpenAI's form."""
    message: dict[str, Any] = {"role": "assistant", "content": text}
    if calls:
        message["tool_calls"] = [
            {"id": f"call_{id_}_{i}", "type": "function", "function": {"name": name, "arguments": json.dumps(given)}}
            for i, (name, given) in enumerate(calls)
        ]
    choice = {"index": 0, "finish_reason": "tool_calls" if calls else "stop", "message": message}
    usage = {"prompt_tokens": 7, "completion_tokens": 3, "total_tokens": 10}
    return {
        "id": f"chatcmpl-{id_}",
        "object": "chat.completion",
        "created": 1,
        "model": "m",
        "choices": [choice],
        "usage": usage,
    }


def chat_stream(*pieces: str) -> bytes:
    """A streamed answer in OpenAI's form."""
    lines = []
    for piece in (*pieces, None):
        choice = {"index": 0, "delta": {"content": piece} if piece else {}, "finish_reason": None if piece else "stop"}
        chunk = {"id": "chatcmpl-s", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice]}
        lines.append(f"data: {json.dumps(chunk)}\n\n")
    return ("".join(lines) + "data: [DONE]\n\n").encode()
