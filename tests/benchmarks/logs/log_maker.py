"""Makes long logs quickly: a realistic mix of events of about 300 bytes, sealed, without state hashes."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgpack

from replay_gui.core.log.canonical import encode_sorted
from replay_gui.core.log.chain import digest, record_hash, request_hash, seal_hash
from replay_gui.core.log.header import encode_header
from replay_gui.core.log.log_reader import EventLog
from replay_gui.core.log.positions import FIRST_EVENT, EventIndex
from replay_gui.core.state.draft import Draft
from replay_gui.core.state.reducer import apply_content
from replay_gui.core.state.state import EMPTY
from replay_gui.core.state.state_hash import StateHash

_BUFFER = 1 << 22
_TOOLS = ("search", "read_file", "query_db", "run_tests")
_WORDS = (
    *("the", "planner", "ignores", "this", "index", "after", "a", "migration"),
    *("because", "statistics", "on", "orders", "are", "stale", "again"),
)
_LEAVES_A_NOTE = 6  # of one memory key


def make_log(path: Path, events: int, leaves: int, seed: int = 7) -> None:
    """Writes a log of `events` events whose state comes to about `leaves` leaves.

    Half of the leaves are in `messages`, spread over the run; the other half in `memory`, whose keys are written again
    and again at random.
    """
    generator = random.Random(seed)
    header = encode_header({"run_id": f"bench-{events}", "reducer": "standard/1"})
    previous = digest(header)
    pack = msgpack.Packer().pack
    with path.open("wb") as file:
        buffer = bytearray(header)
        for seq, (kind, payload, meta) in zip(range(events), _events(generator, events, leaves), strict=False):
            content = encode_sorted((kind, payload))
            about = encode_sorted({"seq": seq, "time": 1_700_000_000_000_000_000 + seq * 7_000_000, **meta})
            previous = record_hash(previous, content, None, about)
            buffer += pack((content, None, about, previous))
            if len(buffer) > _BUFFER:
                file.write(buffer)
                buffer.clear()
        body = encode_sorted({"events": events, "head": previous, "time": 0})
        file.write(buffer + pack((body, seal_hash(previous, body))))


def make_hashed(log: Path, path: Path, events: int) -> None:
    """Writes the first events of a log anew, with the state hash at every one."""
    pack = msgpack.Packer().pack
    draft, running = Draft(EMPTY), StateHash()
    with EventLog.open(log) as source:
        buffer, previous = bytearray(source.header.raw), source.header.hash
        for seq, content in enumerate(source.contents(FIRST_EVENT, EventIndex(events))):
            assert content is not None
            apply_content(draft, content)
            running.add_changes(draft)
            state, about = running.digest(), encode_sorted({"seq": seq})
            previous = record_hash(previous, content, state, about)
            buffer += pack((content, state, about, previous))
    path.write_bytes(buffer)


def _events(generator: random.Random, events: int, leaves: int) -> Iterator[tuple[str, dict[str, Any], dict[str, int]]]:
    """One round of the agent after another: told something, decides, calls tools, remembers."""
    rounds = events // 10
    every = max(1, rounds // max(1, leaves // 8))  # two messages of two leaves each make four a round
    keys = max(1, leaves // 2 // _LEAVES_A_NOTE)
    yield "AgentInit", {"agent_type": "bench", "agent_version": "1", "config": {"model": "m", "temperature": 0}}, {}
    seq = 1
    number = 0
    while True:
        number += 1
        text = "message" if number % every == 0 else "sensor"
        yield "Observation", {"obs_type": text, "source": "user", "data": _text(generator, 28)}, {}
        yield "Decision", {"decision_type": text, "data": _text(generator, 20), "reasoning": _text(generator, 10)}, {}
        seq += 2
        for _ in range(3):
            tool = generator.choice(_TOOLS)
            query = {"q": _text(generator, 14), "limit": generator.randrange(50), "offset": number}
            asked = {"tool_name": tool, "tool_version": "2", "input": query, "capabilities": []}
            yield "ToolRequest", asked, {"parent": seq - 1}
            answer = {
                "tool_name": tool,
                "request_hash": request_hash(tool, "2", query),
                "output": {"rows": [_text(generator, 6), _text(generator, 6)], "count": generator.randrange(99)},
                "success": generator.random() > 0.02,
                "error": None,
            }
            yield "ToolResponse", answer, {"parent": seq, "duration": generator.randrange(10**6, 10**9)}
            seq += 2
        note = {"n": number, "text": _text(generator, 18), "rows": [1, 2, 3], "seen": True}
        yield "MemoryWrite", {"key": f"notes/{generator.randrange(keys)}", "value": note}, {"parent": seq - 1}
        phase = "plan" if number % 500 == 0 else None
        if phase is None:
            yield "MemoryRead", {"key": f"notes/{generator.randrange(keys)}", "value": _text(generator, 24)}, {}
        else:
            yield "StateTransition", {"transition_type": "phase", "phase": phase}, {}
        seq += 2


def _text(generator: random.Random, words: int) -> str:
    return " ".join(generator.choices(_WORDS, k=words))
