"""A receiver of OTLP/HTTP on loopback, in JSON and protobuf."""

from __future__ import annotations

import threading
import zlib
from typing import Any

import msgspec

from replay_gui.core.errors import ImportRefused, LogUnreadable, ReplayError
from replay_gui.core.importers.json_lines import NotJson
from replay_gui.record.calls.json_bodies import json_value
from replay_gui.record.calls.loopback_server import BodyRefused, LoopbackHandler, LoopbackServer
from replay_gui.record.receiver.otlp_protobuf import trace_request
from replay_gui.record.receiver.trace_files import TraceFiles

DEFAULT_PORT = 4318  # the default port of OTLP/HTTP
_TRACES = "/v1/traces"
_MAX_REQUEST_BYTES = 64 << 20  # of a request, also unpacked
_MAX_CONTAINERS = 1 << 20  # maps and lists of a request; one of two bytes takes a hundred in memory
_OTHER_SIGNALS = ("/v1/metrics", "/v1/logs")


class TraceReceiver(LoopbackServer):
    """The receiver. `files`: for the spans."""

    def __init__(self, port: int, files: TraceFiles) -> None:
        """Listen on this port (0: any free one); raise LogUnreadable if it is in use."""
        try:
            super().__init__(port, _ReceivingHandler)
        except OSError as why:
            raise LogUnreadable(f"port {port}: cannot be opened: {why.strerror}; give another --port") from None
        self.files = files
        self.decoding = threading.Lock()  # one request is decoded at a time: each may take a gigabyte


class _ReceivingHandler(LoopbackHandler):
    timeout = 60.0  # seconds without a byte from a client
    server: TraceReceiver

    def do_POST(self) -> None:
        try:
            body = self.read_body(_MAX_REQUEST_BYTES)
        except BodyRefused as why:
            self._answer(why.status, str(why))
            return
        if self.path in _OTHER_SIGNALS:
            self._answer(200, None)  # accepted, so that the exporter does not retry; not stored
        elif self.path != _TRACES:
            self._answer(404, f"only {_TRACES} is known")
        else:
            try:
                with self.server.decoding:
                    self.server.files.add(self._request(body), len(body))
            except ImportRefused as why:
                self._answer(400, str(why))
            except ReplayError as why:
                self._answer(503, str(why))
            else:
                self._answer(200, None)

    @property
    def _is_json(self) -> bool:
        return (self.headers.get("content-type") or "").startswith("application/json")

    def _request(self, body: bytes) -> Any:
        if self.headers.get("content-encoding") == "gzip":
            unpacking = zlib.decompressobj(31)
            try:
                body = unpacking.decompress(body, _MAX_REQUEST_BYTES)
            except zlib.error as why:
                raise ImportRefused(f"no gzip: {why}") from None
            if unpacking.unconsumed_tail:
                raise ImportRefused(f"more than {_MAX_REQUEST_BYTES >> 20} MiB when unpacked")
            if not unpacking.eof:
                raise ImportRefused("gzip that is cut short")
        if not self._is_json:
            return trace_request(body)
        if body.count(b"{") + body.count(b"[") > _MAX_CONTAINERS:
            raise ImportRefused(f"more than {_MAX_CONTAINERS:,} values; send fewer spans at once")
        try:
            return json_value(body)
        except NotJson as why:
            raise ImportRefused(f"no JSON: {why}") from None

    def _answer(self, status: int, problem: str | None) -> None:
        if self._is_json:
            raw = msgspec.json.encode({} if problem is None else {"message": problem})
        else:  # google.rpc.Status, whose field 2 is the message; an empty message for success
            text = b"" if problem is None else problem.encode()[:127]
            raw = b"" if problem is None else b"\x12" + bytes([len(text)]) + text
        self.send_response(status)
        self.send_header("content-type", "application/json" if self._is_json else "application/x-protobuf")
        self.send_header("content-length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)
