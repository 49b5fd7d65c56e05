"""Logs put together record by record, also such as no writer would write."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import msgpack

from replay_gui.core.log.canonical import MAX_DEPTH, encode, encode_sorted
from replay_gui.core.log.chain import digest, record_hash, seal_hash
from replay_gui.core.log.header import encode_header
from replay_gui.core.state.draft import Draft
from replay_gui.core.state.reducer import apply_content
from replay_gui.core.state.state import State
from replay_gui.core.state.state_hash import StateHash

HEADER: dict[str, Any] = {"run_id": "forged", "reducer": "standard/1"}


def pack(item: tuple[Any, ...]) -> bytes:
    raw: bytes = msgpack.packb(item)
    return raw


class Forge:
    """Makes records that are linked to one another; each `add` gives the bytes of one.

    Attributes:
        header: its bytes. pieces: the bytes of each record. head: the last hash.
    """

    def __init__(self, facts: dict[str, Any] | None = None) -> None:
        self.header = encode_header(HEADER if facts is None else facts)
        self.pieces: list[bytes] = []
        self.head = digest(self.header)

    def add(self, content: bytes, state: bytes | None, meta: bytes) -> bytes:
        self.head = record_hash(self.head, content, state, meta)
        self.pieces.append(pack((content, state, meta, self.head)))
        return self.pieces[-1]

    def seal(self, **other: Any) -> bytes:
        body = encode({"events": len(self.pieces), "head": self.head, "time": 0, **other})
        return pack((body, seal_hash(self.head, body)))

    def bytes(self, sealed: bool = True) -> bytes:
        return self.header + b"".join(self.pieces) + (self.seal() if sealed else b"")


def forged(
    events: Iterable[tuple[str, dict[str, Any]]],
    state_hashes: bool = True,
    metas: Iterable[dict[str, Any]] | None = None,
    facts: dict[str, Any] | None = None,
) -> Forge:
    """A log of these events, whether they apply or not."""
    forge = Forge(facts)
    draft, running = Draft(State({})), StateHash()
    given = iter(metas or ())
    for seq, (kind, payload) in enumerate(events):
        content = encode([kind, payload])
        apply_content(draft, content)
        running.add_changes(draft)
        forge.add(content, running.digest() if state_hashes else None, encode_sorted({"seq": seq, **next(given, {})}))
    return forge


def written(path: Path, data: bytes | bytearray) -> Path:
    path.write_bytes(data)
    return path


def turns(name: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """A run that goes on and on."""
    yield "AgentInit", {"agent_type": name, "agent_version": "1", "config": {"model": "m", "temperature": 0.5}}
    for n in range(1000):
        data = f"{name}: what came in at {n}, and is of no interest"
        yield "Observation", {"obs_type": "message", "source": "user", "data": data}
        yield "ToolRequest", {"tool_name": "s", "tool_version": "1", "input": {"q": n}, "capabilities": ["net"]}
        answer = {"output": {"rows": [n, f"row {n}"]}, "success": n % 7 > 0, "error": None}
        yield "ToolResponse", {"tool_name": "s", "request_hash": "h", **answer}
        yield "MemoryWrite", {"key": f"k{n % 5}", "value": [n, None, True, 0.25]}


def nested(depth: int) -> Any:
    value: Any = 1
    for _ in range(depth):
        value = [value]
    return value


WRITE = encode(("MemoryWrite", {"key": "odd", "value": "vv"}))
ODD_CONTENTS = {
    "no text": WRITE.replace(b"\xa2vv", b"\xa2\xff\xfe"),
    "not shortest": WRITE.replace(b"\xa2vv", b"\xcd\x00\x01"),
    "a key twice": WRITE.replace(b"\xa2vv", b"\x82\xa1a\x01\xa1a\x02"),
    "too deep in a state": encode(("MemoryWrite", {"key": "odd", "value": nested(MAX_DEPTH - 2)})),
    "deep": encode(("MemoryWrite", {"key": "odd", "value": nested(20)})),
}
"""Contents that a replay which leaves values packed takes for sound ones; decoding shows that most are not."""
