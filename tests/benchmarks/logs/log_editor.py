"""Makes of a long log another that went a little otherwise: a run to compare the first with."""

from __future__ import annotations

from pathlib import Path

import msgpack

from replay_gui.core.log.canonical import decode, encode_sorted
from replay_gui.core.log.chain import digest, record_hash, seal_hash
from replay_gui.core.log.log_reader import EventLog

_BUFFER = 1 << 22


def make_edited(log: Path, path: Path, edits: int) -> None:
    """Writes the log's events with about `edits` of them, evenly spread, in turn changed, left out, or told twice."""
    pack = msgpack.Packer().pack
    with EventLog.open(log) as source, path.open("wb") as file:
        every = max(1, len(source) // edits)
        buffer = bytearray(source.header.raw)
        previous, seq = digest(bytes(buffer)), 0
        for place, content in enumerate(source.contents()):
            assert content is not None
            turn = place // every % 3 if place % every == every // 2 else -1
            if turn == 0:
                kind, payload = decode(content)
                content = encode_sorted((kind, {**payload, "edited": place}))
            for _ in range((1, 0, 2)[turn] if turn >= 0 else 1):
                about = encode_sorted({"seq": seq, "time": 1_700_000_000_000_000_000 + seq * 7_000_000})
                previous = record_hash(previous, content, None, about)
                buffer += pack((content, None, about, previous))
                seq += 1
            if len(buffer) > _BUFFER:
                file.write(buffer)
                buffer.clear()
        body = encode_sorted({"events": seq, "head": previous, "time": 0})
        file.write(buffer + pack((body, seal_hash(previous, body))))
