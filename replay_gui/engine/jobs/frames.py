"""Frames between the program and its worker processes: length-prefixed msgpack, never pickle.

A frame is the length of the message (4 bytes, big-endian) and one message of engine.jobs.job_messages.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import BinaryIO, TypeVar

import msgspec

MAX_FRAME_BYTES = 256 << 20  # bulk results travel as files

T = TypeVar("T")

_encode = msgspec.msgpack.Encoder().encode


def write_frame(stream: BinaryIO, message: object) -> None:
    """Write one frame and flush; raise ValueError if it is over the limit, raise OSError if the reader is gone."""
    body = _encode(message)
    if len(body) > MAX_FRAME_BYTES:
        raise ValueError(f"a message of {len(body):,} bytes is over the limit of {MAX_FRAME_BYTES:,}")
    stream.write(len(body).to_bytes(4, "big") + body)
    stream.flush()


def read_frames(stream: BinaryIO, decode: Callable[[bytes], T]) -> Iterator[T]:
    """Yield every whole message until the stream ends; a frame that is cut off or invalid ends it too."""
    while len(head := stream.read(4)) == 4:
        size = int.from_bytes(head, "big")
        if size > MAX_FRAME_BYTES or len(body := stream.read(size)) != size:
            return
        try:
            message = decode(body)
        except msgspec.MsgspecError:
            return
        yield message
