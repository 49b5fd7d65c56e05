"""Generated logs with corner values: for every effect and operation, values at which two readers may part.

Counters at their limits, empty keys, the two Unicode forms of one letter, keys that are numbers, paths that are deep,
list indexes that are odd, integers at 2^53, 2^63 and 2^64, floats that are not finite, and contents of odd form.
"""

from __future__ import annotations

import struct
from random import Random
from typing import Any, TypeAlias

import msgpack

from replay_gui.core.log.canonical import encode
from replay_gui.core.log.chain import patch_hash, request_hash
from replay_gui.core.state.draft import Draft
from replay_gui.core.state.reducer import apply_content
from replay_gui.core.state.state import EMPTY
from replay_gui.core.state.state_hash import StateHash
from tests.helpers.forged_logs import Forge
from tests.helpers.reference import reference

Content: TypeAlias = bytes
_MANY = 260  # members: more than fit a plain map or list

COUNTS = [
    -1,
    0,
    1,
    2,
    (1 << 53),
    (1 << 63) - 2,
    (1 << 63) - 1,
    1 << 63,
    (1 << 64) - 1,
    -(1 << 63),
    True,
    1.0,
    None,
    "1",
]
KEYS = [
    "",
    "a",
    "b",
    "\u00e9",
    "e\u0301",
    "0",
    "1",
    "-",
    "01",
    "~",
    "/",
    "a/b",
    "a~1b",
    "\U0001f600",
    "k" * 4096,
    "__proto__",
]
VALUES: list[Any] = [
    *COUNTS, 0.0, -0.0, float("nan"), float("inf"), b"", b"\x00", "", "x", [], {}, [[]], [{}], {"": {}}, [1, 2, 3],
    {"count": 1}, {"calls": 0, "errors": 0, "denied": 0}, {"a": [0, {"b": [1]}]},
]  # fmt: skip
INDEXES = [
    "0",
    "1",
    "2",
    "3",
    "299",
    "300",
    "-",
    "01",
    "00",
    "",
    "1e0",
    "-1",
    "+1",
    "18446744073709551616",
    "\u0661",
    "a",
]
ROOTS = [
    "tools",
    "pending",
    "messages",
    "memory",
    "observations",
    "errors",
    "patches",
    "decision",
    "phase",
    "agent",
    "l",
]
TOOLS = ["t", "u", ""]


def corner_contents(random: Random) -> list[Content]:
    """Return the contents of one log: up to 25 events, now and then on a wide state."""
    contents = _wide(random) if random.random() < 0.03 else []
    for _ in range(random.randint(1, 12 if contents else 25)):
        contents.append(_content(random))
    return contents


def corner_log(random: Random, contents: list[Content]) -> Forge:
    """Return a log of these contents, with state hashes at each event, now and then, or nowhere; one may be wrong."""
    forge, draft, running = Forge(), Draft(EMPTY), StateHash()
    every = random.choice([0, 1, 1, 2, 5])
    wrong = random.randrange(40)
    for seq, content in enumerate(contents):
        apply_content(draft, content)
        running.add_changes(draft)
        state = running.digest() if every and seq % every == 0 else None
        if state is not None and seq == wrong:
            state = bytes(32)
        meta: dict[str, Any] = {"seq": seq}
        if random.random() < 0.1:
            meta["time"] = random.choice([0, (1 << 63) - 1, 1 << 63, -1])
        forge.add(content, state, encode(meta))
    return forge


def _wide(random: Random) -> list[Content]:
    memory = [encode(("MemoryWrite", {"key": f"key {i}", "value": i})) for i in range(_MANY)]
    messages = [encode(("Observation", {"obs_type": "message", "source": "u", "data": i})) for i in range(_MANY)]
    whole = encode(("x:set", {"ops": [{"op": "add", "path": "/l", "value": [*range(_MANY)]}]}))
    return [*random.choice([memory, messages, []]), whole]


def _content(random: Random) -> Content:
    if random.random() < 0.08:
        return _odd_content(random)
    kind, payload = _event(random)
    if random.random() < 0.35:
        payload = {**payload, "ops": [_operation(random) for _ in range(random.choice([0, 1, 1, 2, 3, 8]))]}
    if random.random() < 0.05:
        payload = {key: value for key, value in payload.items() if random.random() < 0.7}
    content: bytes = reference.canonical((kind, payload))  # also beyond the limits
    return content


def _event(random: Random) -> tuple[str, dict[str, Any]]:
    tool, key, value = random.choice(TOOLS), random.choice(KEYS), random.choice(VALUES)
    request = request_hash(tool, "", random.choice([None, 1]))
    patch = patch_hash("p", "t", random.choice([None, 1]))
    choices: list[tuple[str, dict[str, Any]]] = [
        ("AgentInit", {"agent_type": key, "agent_version": "", "config": {key: value}}),
        ("StateTransition", {"transition_type": key, "phase": key}),
        ("ToolRequest", {"tool_name": tool, "tool_version": "", "input": random.choice([None, 1]), "capabilities": []}),
        (
            "ToolResponse",
            {
                "tool_name": tool,
                "request_hash": random.choice([request, request, key]),
                "output": value,
                "success": random.random() < 0.5,
                "error": None,
            },
        ),
        ("CapabilityDenied", {"capability": key, "tool_name": tool, "reason": ""}),
        ("Observation", {"obs_type": random.choice(["message", key]), "source": key, "data": value}),
        ("Decision", {"decision_type": random.choice(["message", key]), "data": value}),
        ("MemoryWrite", {"key": key, "value": value}),
        ("MemoryWrite", {"key": key, "operation": random.choice(["set", "delete", ""]), "value": value}),
        ("PatchProposal", {"patch_hash": patch, "patch_type": "p", "target": key, "patch": value, "reasoning": None}),
        ("PatchApplied", {"patch_hash": patch}),
        ("PatchRejected", {"patch_hash": random.choice([patch, key]), "reason": key, "stage": ""}),
        ("Error", {"error_type": key, "message": "", "component": "", "recoverable": True}),
        ("Snapshot", {"snapshot_type": ""}),
        ("x:own", {"any": value}),
    ]
    return random.choice(choices)


def _operation(random: Random) -> dict[str, Any]:
    if random.random() < 0.35:  # a counter or its surroundings at a corner
        tool, key = random.choice(TOOLS), random.choice(["calls", "errors", "denied", "last"])
        request = request_hash(tool, "", random.choice([None, 1]))
        path = random.choice(
            [
                f"/tools/{tool}/{key}",
                f"/pending/{request}/count",
                "/errors/count",
                f"/tools/{tool}",
                f"/pending/{request}",
            ]
        )
        values = COUNTS if path.endswith((key, "count")) else VALUES
        return {"op": random.choice(["add", "add", "replace"]), "path": path, "value": random.choice(values)}
    tokens = [random.choice(ROOTS)]
    while random.random() < 0.6 and len(tokens) < 6:
        tokens.append(random.choice(INDEXES if random.random() < 0.6 else KEYS))
    path = "/" + "/".join(_escaped(token) for token in tokens)
    if random.random() < 0.05:
        path = random.choice(
            ["", "a", "/~", "/~2", "//", "/l/0/", path + "/" + "/".join("a" * random.choice([100, 126, 127]))]
        )
    op: dict[str, Any] = {"op": random.choice(["add", "add", "replace", "remove", "remove"]), "path": path}
    if op["op"] != "remove" and random.random() < 0.98:
        op["value"] = random.choice([*VALUES, _nested(random.choice([100, 122, 123, 124, 125]))])
    if random.random() < 0.02:
        op["op"] = random.choice(["move", "test", None])
    return op


def _escaped(token: str) -> str:
    return token.replace("~", "~0").replace("/", "~1")


def _nested(depth: int) -> Any:
    value: Any = []
    for _ in range(depth - 1):
        value = [value]
    return value


def _odd_content(random: Random) -> Content:
    """Return content that is not canonical: equal keys, odd values that are overwritten or not, broken bytes."""
    sound = encode(_event(random))
    match random.randrange(5):
        case 0:
            return sound[: random.randrange(len(sound))]
        case 1:
            at = random.randrange(len(sound))
            return sound[:at] + random.randbytes(1) + sound[at + 1 :]
        case 2:
            return random.randbytes(random.randrange(12))
        case _:
            # MemoryWrite with two values, of which the last wins. A timestamp of a wrong size is left out: the
            # reader's msgpack library refuses one even where it is overwritten (see test_canonical).
            odd = [
                b"\xd4\x05\x00", b"\xd6\xff\x00\x00\x00\x01", b"\x91" * 300 + b"\xc0",
                b"\x91" * 900 + b"\xc0",
                b"\x81\x90\x02", b"\x81\x91\x80\x02", b"\x81\x01\x02", b"\xcd\x00\x01", b"\xd9\x01x",
                b"\xcb" + struct.pack(">Q", 0xFFF8000000000001),
            ]  # fmt: skip
            values = [random.choice([*odd, msgpack.packb(random.choice(VALUES))]) for _ in range(2)]
            members = b"".join(b"\xa5value" + value for value in values)
            return b"\x92\xabMemoryWrite\x83\xa3key\xa1k" + members
