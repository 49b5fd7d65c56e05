"""HTTP exchanges as calls: the shared part of all hooks of HTTP libraries."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from msgspec.structs import replace

from replay_gui.core.errors import AnswerNotRecorded
from replay_gui.core.importers.json_lines import NotJson
from replay_gui.core.log.chain import digest
from replay_gui.record.calls.call import CallAnswer, CallKind, CallRequest
from replay_gui.record.calls.json_bodies import json_value, pack_body, unpack_body
from replay_gui.record.calls.raised_errors import error_form, error_of_form
from replay_gui.record.calls.request_heads import CONTENT_ENCODING, Header, form_members, header_text
from replay_gui.record.calls.secrets import Secrets
from replay_gui.record.messages.model_calls import is_model_request, model_answer
from replay_gui.record.messages.provider_ids import split_session
from replay_gui.record.messages.stream_writers import rewritten_stream
from replay_gui.record.sessions.call_log import CallLog

_MODEL = CallKind.MODEL
_BROKEN = "broken_off"  # member of an answer's form: the error that broke off its body
_ANSWER_HEADERS = (
    *(CONTENT_ENCODING, "content-type", "retry-after", "retry-after-ms", "x-should-retry", "request-id"),
    *("x-request-id", "location", "link"),
)
_NAMES: dict[str | bytes, str] = {raw: name for name in _ANSWER_HEADERS for raw in (name, name.encode())}
"""The kept headers of an answer, by their names as text and as bytes."""

_STREAMS = ("text/event-stream", "application/x-ndjson", "application/jsonl", "application/stream+json")
_MAX_BODY_BYTES = 16 << 20  # of a kept answer; a record has at most 64 MiB


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """An HTTP response, from the network or recorded.

    Attributes:
        status: such as 200. headers: those on the allow-list, in lower case. chunks: the body as it came.
        error: the exception that ended it, or None.
    """

    status: int
    headers: tuple[tuple[str, str], ...]
    chunks: tuple[bytes, ...]
    error: Exception | None = None

    @property
    def body(self) -> bytes:
        """The whole body."""
        return b"".join(self.chunks)


def http_request(
    method: str, url: Hashable, headers: Iterable[Header], body: bytes | None, log: CallLog
) -> CallRequest:
    """Return an HTTP request as a call: of a model, or else of a tool named ``METHOD host``.

    The port of a server on this computer is meta, because it often differs between runs.

    Args:
        url: a text, or a value whose text it is.
        body: None if the agent streams it, so that it is not recorded.
        log: its secrets learn those of the request's head.
    """
    kept = log.heads.headers(headers)
    target = log.heads.target(method, url)
    meta: dict[str, Any] = {"host": target.host, "headers": kept}
    sent = body
    if (encoding := kept.pop(CONTENT_ENCODING, None)) is not None and body:
        sent, _ = unpack_body(body, encoding)
    value: Any = None
    if sent:
        try:
            value = log.bodies.value(sent)
        except NotJson:  # not every body is JSON
            value = _text_value(sent, kept.get("content-type", ""))
    if is_model_request(method, target.path, value):
        value, session = split_session(value)
        if session:
            meta["session"] = session
        if target.query:
            value = {**value, "query": target.query}
        return CallRequest(_MODEL, target.endpoint, value, meta=meta)
    asked: dict[str, Any] = {"path": target.path}
    if target.query:
        asked["query"] = target.query
    if body is None:
        asked["body_not_recorded"] = True
    elif body:
        asked["body"] = value
    return CallRequest(CallKind.TOOL, f"{method} {target.tool_host}", asked, meta=meta)


def changed_body(body: bytes | str, headers: Iterable[tuple[str, str]], changes: Mapping[str, Any]) -> bytes:
    """Return the JSON body of a request with these members replaced, in the content encoding that its headers name."""
    sent = body.encode() if isinstance(body, str) else body
    encoding = next((text for name, text in headers if name.lower() == CONTENT_ENCODING), "")
    plain, _ = unpack_body(sent, encoding)
    return pack_body(msgspec.json.encode({**json_value(plain), **changes}), encoding)


def http_answer(
    request: CallRequest, status: int, headers: Iterable[Header], chunks: Sequence[bytes], secrets: Secrets
) -> CallAnswer:
    """Return the recorded form of an HTTP answer; `chunks`: the body as it came over the network."""
    kept: dict[str, str] = {}
    for original, value in headers:
        if (name := _NAMES.get(original.lower())) is not None:
            kept[name] = header_text(value)
    body, is_decoded = b"".join(chunks), True
    if CONTENT_ENCODING in kept:
        body, is_decoded = unpack_body(body, kept[CONTENT_ENCODING])
        if is_decoded:
            del kept[CONTENT_ENCODING]
    content_type = kept.get("content-type", "")
    is_stream = content_type.startswith(_STREAMS)
    try:  # one search of headers and body is faster than two
        is_clean = not secrets.may_be_in_json("\n".join(kept.values()).encode() + b"\n" + body)
    except UnicodeEncodeError:
        is_clean = False
    clean = body if is_clean else _without_secrets(body, content_type, is_stream=is_stream, secrets=secrets)
    form: dict[str, Any] = {"status": status, "headers": kept}
    if len(clean) > _MAX_BODY_BYTES:
        form["too_large"] = len(clean)
    else:
        form["body"] = clean
        if len(chunks) > 1 and len(clean) == sum(map(len, chunks)):
            form["chunks"] = [len(chunk) for chunk in chunks]
    if request.kind is _MODEL and is_decoded:
        answer = model_answer(status, clean, streamed=is_stream, form=form, is_clean=is_clean)
        return _put_together(answer, secrets) if is_stream else answer
    output: dict[str, Any] = {"status": status}
    if clean:
        output["body"] = _decoded(clean, content_type) if is_decoded else _summary(clean)
    return CallAnswer(output=output, form=form)


def _put_together(answer: CallAnswer, secrets: Secrets) -> CallAnswer:
    """Return a streamed answer; without the pieces if a secret is spread over several."""
    texts = [answer.output, answer.reasoning]
    if (clean := secrets.hide(texts)) is texts:
        return answer
    form = {name: member for name, member in answer.form.items() if name not in ("body", "chunks")}
    if "body" in answer.form:
        try:
            form["body"] = rewritten_stream(bytes(answer.form["body"]), clean[0])
        except ValueError:  # in an unknown form, or without text that could be replaced
            form["in_pieces"] = True
    return replace(answer, output=clean[0], reasoning=clean[1], form=form)


def broken_off(answer: CallAnswer, error: BaseException) -> CallAnswer:
    """Return an answer whose body broke off with an error."""
    name = type(error).__name__
    form = {**answer.form, _BROKEN: error_form(error)}
    return replace(answer, error=str(error) or name, error_type=name, form=form, is_clean=False)


def answer_to_give(answer: CallAnswer) -> HttpAnswer:
    """Return the recorded answer of an HTTP request.

    Raises the recorded exception; AnswerNotRecorded if the log does not have the whole answer.
    """
    form = answer.form
    if "raised" in form:
        raise error_of_form(form["raised"])
    if "body" not in form or "status" not in form:
        why = "it was not recorded over HTTP"
        if "too_large" in form:
            why = "it is too large"
        elif "in_pieces" in form:
            why = "it has a secret in several pieces"
        raise AnswerNotRecorded(f"the log does not have an HTTP answer in its original form: {why}")
    body, chunks, begin = bytes(form["body"]), [], 0
    for length in form.get("chunks") or [len(body)]:
        chunks.append(body[begin : begin + length])
        begin += length
    error = error_of_form(form[_BROKEN]) if _BROKEN in form else None
    return HttpAnswer(int(form["status"]), tuple(dict(form["headers"]).items()), tuple(chunks), error)


def _decoded(body: bytes, content_type: str) -> Any:
    """Return a body as a value: JSON, or else as `_text_value`."""
    try:
        return json_value(body)
    except NotJson:  # not every body is JSON
        return _text_value(body, content_type)


def _text_value(body: bytes, content_type: str) -> Any:
    """Return a body that is not JSON as a value: form fields, text, or else its size and hash."""
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return _summary(body)
    if content_type.startswith("application/x-www-form-urlencoded"):
        return form_members(text)
    return text


def _summary(body: bytes) -> dict[str, Any]:
    return {"bytes": len(body), "blake3": digest(body).hex()}


def _without_secrets(body: bytes, content_type: str, *, is_stream: bool, secrets: Secrets) -> bytes:
    if "json" in content_type and not is_stream:
        try:
            value = json_value(body)
        except NotJson:
            value = None
        clean = secrets.hide(value)
        if clean is not value:
            return msgspec.json.encode(clean)
    hidden: bytes = secrets.hide(body)
    return hidden
