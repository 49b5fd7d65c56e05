"""Messages between the program and its workers, as tagged structures."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias, TypeVar

import msgspec

T = TypeVar("T")

# Names of files hold any bytes, which Python keeps as lone surrogates and msgpack does not take. A value with such a
# text is an extension, in which each text that is not ASCII is written as hex digits after a mark.
_EXT_OTHER_TEXTS = 1
_EXTENSIONS = frozenset(bytes((code,)) for code in (0xC7, 0xC8, 0xC9, 0xD4, 0xD5, 0xD6, 0xD7, 0xD8))
_MARK = "\0"


class JobRequest(msgspec.Struct, frozen=True):
    """To a worker: run `job`. `arguments`: of the job, encoded."""

    job_id: int
    job: str
    arguments: msgspec.Raw


class JobProgress(msgspec.Struct, frozen=True, tag="progress"):
    """The progress of a job, in any unit; total 0 = unknown."""

    job_id: int
    done: int
    total: int


class JobPart(msgspec.Struct, frozen=True, tag="part"):
    """A part of a job's result, encoded."""

    job_id: int
    value: msgspec.Raw


class JobDone(msgspec.Struct, frozen=True, tag="done"):
    """The end of a job, with its result, encoded."""

    job_id: int
    value: msgspec.Raw


class JobFailed(msgspec.Struct, frozen=True, tag="failed"):
    """The end of a job without a result.

    Attributes:
        text: the reason, in one line. kind: the name of a ReplayError; "system", "internal", or "died" (the process).
    """

    job_id: int
    text: str
    kind: str


class WorkerRecord(msgspec.Struct, frozen=True, tag="record"):
    """A diagnostic record of a worker: its level as in `logging`, its topic, and one line."""

    level: int
    topic: str
    text: str


JobMessage: TypeAlias = JobProgress | JobPart | JobDone | JobFailed
"""What a worker sends about the job that it runs; JobDone and JobFailed are the last of a job."""

FromWorker: TypeAlias = JobMessage | WorkerRecord


def encode_value(value: object) -> msgspec.Raw:
    """Encode the arguments or the result of a job; names of files in it need not be Unicode."""
    try:
        return msgspec.Raw(msgspec.msgpack.encode(value))
    except UnicodeEncodeError:
        plain = msgspec.to_builtins(value, builtin_types=(bytes,))
        body = msgspec.msgpack.encode(_map_texts(plain, _as_unicode))
        return msgspec.Raw(msgspec.msgpack.encode(msgspec.msgpack.Ext(_EXT_OTHER_TEXTS, body)))


def decode_value(value: msgspec.Raw, kind: type[T]) -> T:
    """Decode the output of `encode_value`; raise msgspec.ValidationError if it is of another type."""
    if bytes(memoryview(value)[:1]) not in _EXTENSIONS:
        return msgspec.msgpack.decode(value, type=kind)
    plain = msgspec.msgpack.decode(msgspec.msgpack.decode(value, type=msgspec.msgpack.Ext).data)
    return msgspec.convert(_map_texts(plain, _from_unicode), kind, builtin_types=(bytes,))


def _map_texts(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, dict):
        return {_map_texts(key, change): _map_texts(member, change) for key, member in value.items()}
    return [_map_texts(item, change) for item in value] if isinstance(value, list | tuple) else value


def _as_unicode(text: str) -> str:
    return text if text.isascii() and not text.startswith(_MARK) else _MARK + text.encode(errors="surrogatepass").hex()


def _from_unicode(text: str) -> str:
    marked = text.startswith(_MARK)
    return bytes.fromhex(text.removeprefix(_MARK)).decode(errors="surrogatepass") if marked else text
