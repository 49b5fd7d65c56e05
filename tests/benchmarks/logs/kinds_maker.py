"""Makes logs that hold one kind of events each, to find kinds that are replayed slowly."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any, TypeAlias

import msgpack

from replay_gui.core.log.canonical import encode_sorted
from replay_gui.core.log.chain import digest, record_hash, request_hash
from replay_gui.core.log.header import encode_header

EVENTS = 20_000
QUICK, MANY_KEYS = "usual events", "usual events, 50,000 keys"
_Event: TypeAlias = tuple[str, dict[str, Any]]
_WORDS = ("the", "planner", "ignores", "this", "index", "after", "a", "migration", "because", "statistics", "stale")
_generator = random.Random(3)


def _text(words: int) -> str:
    return " ".join(_generator.choices(_WORDS, k=words))


def _usual(keys: int = 50) -> Iterator[_Event]:
    for i in count():
        asked = {"q": _text(12), "n": i}
        yield "ToolRequest", {"tool_name": "search", "tool_version": "2", "input": asked, "capabilities": []}
        yield _answer("search", request_hash("search", "2", asked))
        yield "Observation", {"obs_type": "sensor", "source": "user", "data": _text(20)}
        yield "MemoryWrite", {"key": f"k{i % keys}", "value": _text(20)}


def _answer(tool: str, request: str) -> _Event:
    output = {"rows": [_text(6), _text(6)]}
    fields = {"tool_name": tool, "request_hash": request, "output": output, "success": True, "error": None}
    return "ToolResponse", fields


def _patch(i: int) -> _Event:
    name = f"{i // 3:064x}"
    proposed = {"patch_hash": name, "patch_type": "p", "target": "t", "patch": {"a": _text(10)}, "reasoning": None}
    rejected = {"patch_hash": name, "reason": _text(10), "stage": "s"}
    return (("PatchProposal", proposed), ("PatchRejected", rejected), ("PatchApplied", {"patch_hash": name}))[i % 3]


def _error(i: int) -> _Event:
    return "Error", {"error_type": "t", "message": _text(20), "component": "c", "recoverable": True}


def _memory(i: int) -> _Event:
    written = {"key": f"k{i % 50 + 1}", "value": _text(20)}
    return "MemoryWrite", {"key": f"k{i % 50}", "operation": "delete"} if i % 2 else written


def _each(event: Callable[[int], _Event]) -> Iterator[_Event]:
    return map(event, count())


KINDS: dict[str, Callable[[], Iterator[_Event]]] = {
    QUICK: _usual,
    MANY_KEYS: lambda: _usual(50_000),
    "answers whose requests are missing": lambda: _each(lambda i: _answer("search", f"{i:064x}")),
    "answers of ever new tools": lambda: _each(lambda i: _answer(f"tool {i % 3000}", f"{i:064x}")),
    "denials": lambda: _each(
        lambda i: ("CapabilityDenied", {"tool_name": f"tool {i % 30}", "capability": "x", "reason": _text(20)})
    ),
    "patches": lambda: _each(_patch),
    "errors": lambda: _each(_error),
    "transitions": lambda: _each(lambda i: ("StateTransition", {"transition_type": "t", "phase": _text(3)})),
    "memory deleted and written": lambda: _each(_memory),
    "long observations": lambda: _each(
        lambda i: ("Observation", {"obs_type": "sensor", "source": "user", "data": _text(900)})
    ),
    "custom kinds": lambda: _each(lambda i: ("x:own", {"a": _text(10), "b": {"c": [1, 2, 3]}})),
    "events as importers write them": lambda: ((kind, {**payload, "fields": {"a": 1}}) for kind, payload in _usual()),
    "events with further fields": lambda: ((kind, {**payload, "further": {"a": 1}}) for kind, payload in _usual()),
}
"""Endless events by what they are."""


def make_kind(folder: Path, name: str, events: int = EVENTS) -> Path:
    """Writes a log of so many events of this kind into `folder` and returns its path."""
    header = encode_header({"run_id": "kinds", "reducer": "standard/1"})
    previous, buffer, pack = digest(header), bytearray(header), msgpack.Packer().pack
    for seq, event in zip(range(events), KINDS[name](), strict=False):
        content, meta = encode_sorted(event), encode_sorted({"seq": seq, "time": 1_700_000_000_000_000_000 + seq})
        previous = record_hash(previous, content, None, meta)
        buffer += pack((content, None, meta, previous))
    path = folder / f"{name}.rlog"
    path.write_bytes(buffer)
    return path
