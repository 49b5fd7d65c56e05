"""Traces are received as the OpenTelemetry SDK sends them, in protobuf and JSON, and become logs."""

from __future__ import annotations

import contextlib
import gzip
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import urllib3
from google.protobuf.json_format import MessageToDict  # type: ignore[import-untyped]
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from replay_gui import EventLog, ImportRefused
from replay_gui.record.calls.secrets import Secrets
from replay_gui.record.receiver.otlp_protobuf import trace_request
from replay_gui.record.receiver.receiver import TraceReceiver
from replay_gui.record.receiver.trace_files import TraceFiles

CANARY = "sk-canary-1234567890abc"


def request_of(*, trace: bytes = b"\1" * 16) -> ExportTraceServiceRequest:
    request = ExportTraceServiceRequest()
    spans = request.resource_spans.add().scope_spans.add()
    spans.scope.name = "test"
    root = spans.spans.add(trace_id=trace, span_id=b"\2" * 8, name="invoke_agent", start_time_unix_nano=10**18)
    root.end_time_unix_nano = 10**18 + 5
    root.status.code = 2
    root.status.message = "failed"
    chat = spans.spans.add(trace_id=trace, span_id=b"\3" * 8, parent_span_id=b"\2" * 8, name="chat m")
    chat.start_time_unix_nano, chat.end_time_unix_nano = 10**18 + 1, 10**18 + 4
    chat.kind = Span.SPAN_KIND_CLIENT
    for span in (root, chat):
        for key, value in (("gen_ai.operation.name", span.name.split()[0]), ("gen_ai.request.model", "m")):
            span.attributes.add(key=key).value.string_value = value
    chat.attributes.add(key="gen_ai.usage.input_tokens").value.int_value = -3
    chat.attributes.add(key="x.double").value.double_value = 1.5
    chat.attributes.add(key="x.bool").value.bool_value = True
    chat.attributes.add(key="x.list").value.array_value.values.add().string_value = CANARY
    chat.attributes.add(key="x.map").value.kvlist_value.values.add(key="a").value.int_value = 1
    chat.events.add(name="e", time_unix_nano=10**18 + 2).attributes.add(key="k").value.string_value = "v"
    return request


def as_json(request: ExportTraceServiceRequest) -> dict[str, Any]:
    """The request as protobuf's own library has it in JSON, with ids and kinds as OTLP/JSON has them."""
    import base64

    value: dict[str, Any] = MessageToDict(request, use_integers_for_enums=True)
    for span in value["resourceSpans"][0]["scopeSpans"][0]["spans"]:
        for name in ("traceId", "spanId", "parentSpanId"):
            if name in span:
                span[name] = base64.b64decode(span[name]).hex()
    return value


@pytest.fixture
def receiver(tmp_path: Path) -> Iterator[TraceReceiver]:
    with TraceReceiver(0, TraceFiles(tmp_path, Secrets({}))) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_protobuf_is_read_as_its_own_library_reads_it() -> None:
    request = request_of()
    assert trace_request(request.SerializeToString()) == as_json(request)


@given(st.binary(max_size=60))
def test_other_bytes_are_refused_or_read(raw: bytes) -> None:
    with contextlib.suppress(ImportRefused):
        assert isinstance(trace_request(raw), dict)


def test_what_is_nested_without_end_is_refused() -> None:
    raw = b""
    for _ in range(200):
        inner = b"\x0a" + _length(raw) + raw  # a value in a list of values
        raw = b"\x2a" + _length(inner) + inner
    key_value = b"\x12" + _length(raw) + raw
    span = b"\x4a" + _length(key_value) + key_value
    scope = b"\x12" + _length(span) + span
    group = b"\x12" + _length(scope) + scope
    with pytest.raises(ImportRefused, match="deeper"):
        trace_request(b"\x0a" + _length(group) + group)


def _length(raw: bytes) -> bytes:
    number, out = len(raw), b""
    while number > 127:
        out += bytes([number & 127 | 128])
        number >>= 7
    return out + bytes([number])


@pytest.mark.parametrize("form", ["protobuf", "json", "gzip"])
def test_a_trace_becomes_a_log(form: str, receiver: TraceReceiver, tmp_path: Path) -> None:
    request = request_of()
    raw = json.dumps(as_json(request)).encode() if form == "json" else request.SerializeToString()
    headers = {"content-type": "application/json" if form == "json" else "application/x-protobuf"}
    if form == "gzip":
        raw, headers["content-encoding"] = gzip.compress(raw), "gzip"
    with urllib3.PoolManager() as pool:
        assert pool.request("POST", f"{receiver.url}/v1/traces", body=raw, headers=headers).status == 200
        assert pool.request("POST", f"{receiver.url}/v1/metrics", body=b"", headers=headers).status == 200
        assert pool.request("POST", f"{receiver.url}/v1/traces", body=b"\xff", headers=headers).status == 400
        assert pool.request("POST", f"{receiver.url}/other", body=b"", headers=headers).status == 404
    assert list(receiver.files.write_logs(3600.0)) == []
    written = list(receiver.files.write_logs(whole=True))
    assert [(one.spans, one.problem) for one in written] == [(2, None)]
    with EventLog.open(written[0].path) as log:
        assert log.header.run_id == "01" * 16
        assert "Decision" in {event.kind for event in log}
    assert b"canary" not in b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert list(receiver.files.write_logs()) == []


def test_a_span_that_comes_late_writes_the_log_anew(tmp_path: Path) -> None:
    files = TraceFiles(tmp_path, Secrets({}))
    document = as_json(request_of())
    root, chat = document["resourceSpans"][0]["scopeSpans"][0]["spans"]

    def one(span: Any) -> Any:
        return {"resourceSpans": [{"scopeSpans": [{"spans": [span]}]}]}

    assert files.add(one(chat)) == 1
    assert list(files.write_logs(whole=True)) == []
    files.add(one(root))
    (first,) = files.write_logs(whole=True)
    files.add(one({**chat, "spanId": "44" * 8}))
    (second,) = files.write_logs(whole=True)
    assert (first.path, first.spans, second.path, second.spans) == (second.path, 2, first.path, 3)


def test_the_command_writes_what_came_when_it_is_stopped(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "replay_gui", "receive", "--port", "0", "-o", str(tmp_path / "traces")]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=os.environ)
    try:
        assert process.stderr is not None
        url = process.stderr.readline().split(" at ")[1].split(";")[0]
        with urllib3.PoolManager() as pool:
            assert pool.request("POST", url, body=request_of().SerializeToString()).status == 200
        process.send_signal(signal.SIGINT)
        out, _ = process.communicate(timeout=30)
    finally:
        process.kill()
        process.wait()
    assert process.returncode == 0
    assert out == f"{tmp_path / 'traces'}/{'01' * 16}.rlog: 2 spans\n"
