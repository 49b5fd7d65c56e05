"""Messages between the program and its worker processes: length-prefixed msgpack, never pickle.

A frame is the length of what follows (4 bytes, big-endian) and one msgpack map. To the worker: {id, job, args}.
From the worker: {id, type, …} with type progress (done, total), part (value), done (value) or failed (text, kind).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, BinaryIO, TypeAlias

import msgspec

FRAME_LIMIT = 256 << 20  # bytes; bulk results travel as files

Message: TypeAlias = dict[str, Any]

_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(dict[str, Any]).decode


def write_frame(stream: BinaryIO, message: Message) -> None:
    """Writes one frame and flushes; ValueError where it is over the limit, OSError where the reader is gone."""
    body = _encode(message)
    if len(body) > FRAME_LIMIT:
        raise ValueError(f"a message of {len(body):,} bytes is over the limit of {FRAME_LIMIT:,}")
    stream.write(len(body).to_bytes(4, "big") + body)
    stream.flush()


def read_frames(stream: BinaryIO) -> Iterator[Message]:
    """Every whole frame until the stream ends; what is cut off or no frame ends it too, as its writer is then lost."""
    while len(head := stream.read(4)) == 4:
        size = int.from_bytes(head, "big")
        if size > FRAME_LIMIT or len(body := stream.read(size)) != size:
            return
        try:
            message = _decode(body)
        except msgspec.MsgspecError:
            return
        yield message
