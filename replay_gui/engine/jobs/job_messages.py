"""Messages between the program and its workers, as tagged structures."""

from __future__ import annotations

from typing import TypeAlias, TypeVar

import msgspec

T = TypeVar("T")


class JobRequest(msgspec.Struct, frozen=True):
    """To a worker: run `job`. `arguments`: what the job takes, encoded."""

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
        text: why, in one line. kind: the name of a ReplayError; "system", "internal", or "died" (the worker process).
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
    """Encode the arguments or the result of a job."""
    return msgspec.Raw(msgspec.msgpack.encode(value))


def decode_value(value: msgspec.Raw, kind: type[T]) -> T:
    """Decode what `encode_value` encoded; msgspec.ValidationError where it is of another type."""
    return msgspec.msgpack.decode(value, type=kind)
