"""HTTP exchanges as calls: the shared part of all hooks of HTTP libraries."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import msgspec

from replay_gui.core.errors import AnswerNotRecorded
from replay_gui.core.importers.json_lines import NotJson
from replay_gui.core.log.chain import digest
from replay_gui.record.calls.call import CallAnswer, CallKind, CallRequest
from replay_gui.record.calls.json_bodies import json_value, pack_body, unpack_body
from replay_gui.record.calls.raised_errors import error_form, error_of_form
from replay_gui.record.calls.secrets import HIDDEN, Secrets, is_secret_member
from replay_gui.record.messages.model_calls import is_model_request, model_answer
from replay_gui.record.messages.provider_ids import split_session
from replay_gui.record.messages.stream_writers import rewritten_stream
from replay_gui.record.sessions.call_log import CallLog

_LOOPBACK = ("127.0.0.1", "localhost", "::1", "0.0.0.0")
_SECRET_QUERIES = frozenset(
    (
        *("key", "apikey", "token", "sig", "signature", "auth", "x-amz-signature", "x-amz-security-token"),
        *("x-amz-credential", "x-goog-signature", "x-goog-credential"),
    )
)
_REQUEST_HEADERS = frozenset(("content-type", "accept", "anthropic-version", "anthropic-beta", "openai-beta"))
_PLAIN_HEADERS = frozenset(("host", "accept-encoding", "connection", "user-agent", "content-length"))
"""Other headers whose names say that they are not secrets: they need not be looked at."""

_BROKEN = "broken_off"  # member of an answer's form: the error that broke off its body
_ENCODING = "content-encoding"
_ANSWER_HEADERS = frozenset(
    (
        _ENCODING,
        "content-type",
        "retry-after",
        "retry-after-ms",
        "x-should-retry",
        "request-id",
        "x-request-id",
        "location",
        "link",
    )
)
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
    method: str, url: str, headers: Iterable[tuple[str, str]], body: bytes | None, log: CallLog
) -> CallRequest:
    """Return an HTTP request as a call: of a model, or else of a tool named ``METHOD host``.

    The port of a server on this computer is meta, because it often differs between runs.

    Args:
        body: None if the agent streams it, so that it is not recorded.
        log: its secrets learn the request's secret headers.
    """
    secrets = log.secrets
    kept, others = dict[str, str](), list[tuple[str, str]]()
    for original, text in headers:
        if (name := original.lower()) in _REQUEST_HEADERS:
            kept[name] = text
        elif name not in _PLAIN_HEADERS:
            others.append((name, text))
    secrets.learn(others)
    parts = urlsplit(url)
    query = _query(parts.query, secrets) if parts.query else {}
    meta: dict[str, Any] = {"host": parts.netloc.rpartition("@")[2], "headers": kept}
    sent = body
    if body and (encoding := dict(others).get(_ENCODING)) is not None:
        sent, _ = unpack_body(body, encoding)
    value = _decoded(sent, kept.get("content-type", ""), log.bodies.value)
    if is_model_request(method, parts.path, value):
        value, session = split_session(value)
        meta |= _if_any("session", session)
        return CallRequest(
            CallKind.MODEL, secrets.hide_name(f"{method} {parts.path}"), value | _if_any("query", query), meta=meta
        )
    host = "localhost" if parts.hostname in _LOOPBACK else parts.netloc.rpartition("@")[2]
    asked: dict[str, Any] = {"path": parts.path} | _if_any("query", query)
    if body is None:
        asked["body_not_recorded"] = True
    elif body:
        asked["body"] = value
    return CallRequest(CallKind.TOOL, f"{method} {host}", asked, meta=meta)


def _query(text: str, secrets: Secrets) -> dict[str, Any]:
    query = _members(parse_qsl(text, keep_blank_values=True))
    hidden = {name for name in query if name.lower() in _SECRET_QUERIES or is_secret_member(name)}
    secrets.learn(("token", str(query[name])) for name in hidden)
    return {name: HIDDEN if name in hidden else value for name, value in query.items()}


def changed_body(body: bytes | str, headers: Iterable[tuple[str, str]], changes: Mapping[str, Any]) -> bytes:
    """Return the JSON body of a request with these members replaced, in the content encoding that its headers name."""
    sent = body.encode() if isinstance(body, str) else body
    encoding = next((text for name, text in headers if name.lower() == _ENCODING), "")
    plain, _ = unpack_body(sent, encoding)
    return pack_body(msgspec.json.encode({**json_value(plain), **changes}), encoding)


def http_answer(
    request: CallRequest, status: int, headers: Iterable[tuple[str, str]], chunks: Sequence[bytes], secrets: Secrets
) -> CallAnswer:
    """Return the recorded form of an HTTP answer; `chunks`: the body as it came over the network."""
    kept = {name: value for original, value in headers if (name := original.lower()) in _ANSWER_HEADERS}
    body, is_decoded = b"".join(chunks), True
    if _ENCODING in kept:
        body, is_decoded = unpack_body(body, kept[_ENCODING])
        if is_decoded:
            del kept[_ENCODING]
    content_type = kept.get("content-type", "")
    is_stream = content_type.startswith(_STREAMS)
    is_clean = _is_clean(body, kept, secrets)
    clean = body if is_clean else _without_secrets(body, content_type, is_stream=is_stream, secrets=secrets)
    form: dict[str, Any] = {"status": status, "headers": kept}
    if len(clean) > _MAX_BODY_BYTES:
        form |= {"too_large": len(clean)}
    else:
        form |= {"body": clean}
        if len(chunks) > 1 and len(clean) == sum(map(len, chunks)):
            form["chunks"] = [len(chunk) for chunk in chunks]
    if request.kind is CallKind.MODEL and is_decoded:
        answer = model_answer(status, clean, streamed=is_stream, form=form, is_clean=is_clean)
        return _put_together(answer, secrets) if is_stream else answer
    output: dict[str, Any] = {"status": status}
    if clean:
        output["body"] = _decoded(clean, content_type) if is_decoded else _summary(clean)
    return CallAnswer(output, form=form)


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


def _decoded(body: bytes | None, content_type: str, read_json: Callable[[bytes], Any] = json_value) -> Any:
    """Return a body as a value: JSON, form fields, text, or else its size and hash."""
    if not body:
        return None
    try:
        return read_json(body)
    except NotJson:
        pass  # not every body is JSON
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return _summary(body)
    if content_type.startswith("application/x-www-form-urlencoded"):
        return _members(parse_qsl(text, keep_blank_values=True))
    return text


def _summary(body: bytes) -> dict[str, Any]:
    return {"bytes": len(body), "blake3": digest(body).hex()}


def _members(pairs: Iterable[tuple[str, str]]) -> dict[str, Any]:
    members: dict[str, Any] = {}
    for name, value in pairs:
        before = members.get(name)
        members[name] = value if before is None else [*(before if isinstance(before, list) else [before]), value]
    return members


def _if_any(name: str, members: Mapping[str, Any]) -> dict[str, Any]:
    return {name: members} if members else {}


def _is_clean(body: bytes, headers: Mapping[str, str], secrets: Secrets) -> bool:
    """Return whether an answer certainly has no secret, by one search of body and headers, which is faster than two."""
    try:
        head = "\n".join(headers.values()).encode()
    except UnicodeEncodeError:
        return False
    return not secrets.may_be_in_json(b"%s\n%s" % (head, body))


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
