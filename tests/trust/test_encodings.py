"""Logs whose hashes are all right and whose form is wrong, as an attacker would make them; and odd but right values.

Each is judged twice: by what the specification says of it, and by the independent reader.
"""

from __future__ import annotations

import math
import struct
from pathlib import Path
from typing import Any

import msgpack
import pytest

from replay_gui import EventLog
from replay_gui.core.errors import LogRefused
from replay_gui.core.log.canonical import encode
from replay_gui.core.log.chain import seal_hash
from replay_gui.core.log.kinds import KINDS
from replay_gui.core.verification.verify_log import verify
from tests.helpers.forged_logs import HEADER, Forge, forged, pack, written
from tests.helpers.reference import judgement, reference_judgement

PLAIN = encode(["x:a", {}])


def judged(path: Path, data: bytes) -> str:
    """VALID, INVALID or refused; what the independent reader finds is the same to the last number."""
    found = judgement(written(path, data))
    assert found == reference_judgement(path)
    return "refused" if found is None else str(found["line"]).rsplit(" ", 1)[1]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "run.rlog"


def with_second(content: bytes = PLAIN, meta: bytes | None = None, state: bytes | None = None) -> bytes:
    """A sealed log of three events, well linked; the second is the odd one."""
    forge = Forge()
    forge.add(PLAIN, None, encode({"seq": 0}))
    forge.add(content, state, encode({"seq": 1}) if meta is None else meta)
    forge.add(PLAIN, None, encode({"seq": 2}))
    return forge.bytes()


# ---- values -------------------------------------------------------------------------------------
def nested(depth: int) -> bytes:
    """Maps in the payload's place; with the list of kind and payload `depth` deep."""
    return b"\x92\xa3x:a" + b"\x81\xa1a" * (depth - 2) + b"\x80"


def text(size: int) -> bytes:
    return b"\xda" + size.to_bytes(2, "big") + b"k" * size


RIGHT = {
    "nan": b"\xcb\x7f\xf8" + bytes(6),
    "infinity": struct.pack(">Bd", 0xCB, math.inf),
    "minus infinity": struct.pack(">Bd", 0xCB, -math.inf),
    "minus zero": struct.pack(">Bd", 0xCB, -0.0),
    "smallest float": b"\xcb" + bytes(7) + b"\x01",
    "2^53 + 1": msgpack.packb(2**53 + 1),
    "2^64 - 1": msgpack.packb(2**64 - 1),
    "-2^63": msgpack.packb(-(2**63)),
    "control characters": msgpack.packb("\x00\x07\x1b[31m\x7f\x85\r\n"),
    "right to left": msgpack.packb("\u202efdp.exe\u2066\u200f"),
    "no characters": msgpack.packb("\ufffe\uffff\ufeff"),
    "what looks like a seal": msgpack.packb(pack((b"body", bytes(32)))),
    "deep within bytes": msgpack.packb(b"\x91" * 60_000),
}
WRONG = {
    "float32": b"\xca\x3f\x80\x00\x00",
    "nan with a sign": b"\xcb\xff\xf8" + bytes(6),
    "nan with a payload": b"\xcb\x7f\xf8" + bytes(5) + b"\x01",
    "5 in 8 bits": b"\xcc\x05",
    "5 in 64 bits": b"\xcf" + bytes(7) + b"\x05",
    "5 with a sign": b"\xd0\x05",
    "-1 in 16 bits": b"\xd1\xff\xff",
    "beyond 2^64": b"\xc7\x09\x00" + bytes(8) + b"\x01",
    "an extension": b"\xd4\x01\x00",
    "a timestamp": b"\xd6\xff\x00\x00\x00\x00",
    "never used": b"\xc1",
    "long text": b"\xd9\x01a",
    "long bytes": b"\xc5\x00\x01a",
    "long list": b"\xdc\x00\x01\xc0",
    "long map": b"\xde\x00\x01\xa1a\xc0",
    "keys twice": b"\x82\xa1a\x01\xa1a\x02",
    "keys out of order": b"\x82\xa1b\x01\xa1a\x02",
    "keys by length": b"\x82\xa1b\x01\xa2aa\x02",
    "key a number": b"\x81\x01\x01",
    "key bytes": b"\x81\xc4\x01a\x01",
    "key nil": b"\x81\xc0\x01",
    "key of 4,097 bytes": b"\x81" + text(4097) + b"\x01",
    "no UTF-8": b"\xa1\xff",
    "overlong UTF-8": b"\xa2\xc0\x80",
    "half a surrogate pair": b"\xa3\xed\xa0\x80",
    "beyond Unicode": b"\xa4\xf4\x90\x80\x80",
    "half a character": b"\xa1\xc3",
    "cut": b"\xa5abc",
    "one value too many": b"\x01\x01",
    "list of 4 billion": b"\xdd\xff\xff\xff\xff" + bytes(10),
    "map of 4 billion": b"\xdf\xff\xff\xff\xff" + bytes(10),
    "text of 4 GB": b"\xdb\xff\xff\xff\xff" + bytes(10),
    "bytes of 4 GB": b"\xc6\xff\xff\xff\xff" + bytes(10),
    "128 lists further in": b"\x91" * 127 + b"\x90",
}
FRAMES = {
    "in a payload": b"\x92\xa3x:a\x81\xa1v%s",
    "in a list": b"\x92\xa3x:a\x81\xa1v\x92\x00%s",
    "in a map": b"\x92\xa3x:a\x81\xa1v\x81\xa1w%s",
    "after a bytes": b"\x92\xa3x:a\x82\xa1v\xc4\x02\xa1\xff\xa1w%s",
}


@pytest.mark.parametrize("frame", FRAMES)
@pytest.mark.parametrize("name", RIGHT)
def test_odd_values_are_right(path: Path, name: str, frame: str) -> None:
    assert judged(path, with_second(FRAMES[frame] % RIGHT[name])) == "VALID"
    assert judged(path, with_second(meta=b"\x82\xa1v%s\xa3seq\x01" % RIGHT[name])) == "INVALID"  # keys out of order
    assert judged(path, with_second(meta=b"\x82\xa1a%s\xa3seq\x01" % RIGHT[name])) == "VALID"


@pytest.mark.parametrize("frame", FRAMES)
@pytest.mark.parametrize("name", WRONG)
def test_other_forms_are_failures(path: Path, name: str, frame: str) -> None:
    for data in (
        with_second(FRAMES[frame] % WRONG[name]),
        with_second(meta=b"\x82\xa1a%s\xa3seq\x01" % WRONG[name]),
    ):
        assert judged(path, data) == "INVALID"
        with EventLog.open(path) as log:
            assert [finding.index for finding in verify(log).failures][:1] == [1]


@pytest.mark.parametrize(("depth", "verdict"), [(127, "VALID"), (128, "VALID"), (129, "INVALID"), (9000, "INVALID")])
def test_depth(path: Path, depth: int, verdict: str) -> None:
    assert judged(path, with_second(nested(depth))) == verdict


@pytest.mark.parametrize(
    "content",
    [
        *(b"", b"\xc0", b"\x80", b"\x90", b"\x91\xa3x:a", b"\x93\xa3x:a\x80\x80", b"\x92\x01\x80", b"\x92\xc0\x80"),
        *(b"\x92\xc4\x03x:a\x80", b"\x92\xa3x:a\x90", b"\x92\xa3x:a\xc0", b"\x92\xa3x:a\x80\x00", b"\xc1"),
    ],
)
def test_what_is_no_event(path: Path, content: bytes) -> None:
    assert judged(path, with_second(content)) == "INVALID"


# ---- fields of a payload ------------------------------------------------------------------------
VALUES: dict[str, Any] = {
    "nil": None,
    "bool": True,
    "int": 1,
    "float": 1.0,
    "str": "t",
    "bytes": b"t",
    "list": [],
    "map": {},
}
FIELDS: dict[str, dict[str, str]] = {
    "AgentInit": {"agent_type": "str", "agent_version": "str", "config": "map"},
    "StateTransition": {"transition_type": "str", "phase?": "str"},
    "ToolRequest": {"tool_name": "str", "tool_version": "str", "input": "any", "capabilities": "list"},
    "ToolResponse": {
        "tool_name": "str",
        "request_hash": "str",
        "output": "any",
        "success": "bool",
        "error": "str nil",
    },
    "CapabilityDenied": {"capability": "str", "tool_name": "str", "reason": "str"},
    "Observation": {"obs_type": "str", "source": "str", "data": "any"},
    "Decision": {"decision_type": "str", "data": "any", "reasoning?": "str nil"},
    "MemoryWrite": {"key": "str", "operation?": "str", "value": "any"},
    "MemoryRead": {"key": "str", "value?": "any"},
    "PatchProposal": {
        "patch_hash": "str",
        "patch_type": "str",
        "target": "str",
        "patch": "any",
        "reasoning": "str nil",
    },
    "PatchApplied": {"patch_hash": "str"},
    "PatchRejected": {"patch_hash": "str", "reason": "str", "stage": "str"},
    "Error": {"error_type": "str", "message": "str", "component": "str", "recoverable": "bool"},
    "Snapshot": {"snapshot_type": "str"},
    "x:own": {},
}
"""The table of the format, written out once more; ``?``: may be missing. Any payload may have ``ops?``, a list."""


def test_the_table_is_whole() -> None:
    assert set(FIELDS) == {*KINDS, "x:own"}


@pytest.mark.parametrize("kind", FIELDS)
def test_fields_of_every_other_type_and_missing_ones(path: Path, kind: str) -> None:
    fields = {**FIELDS[kind], "ops?": "list"}
    sound = {
        name: VALUES[("str" if allowed == "any" else allowed).split()[0]]
        for name, allowed in fields.items()
        if not name.endswith("?")
    }
    assert judged(path, with_second(encode([kind, sound]))) == "VALID"
    for field, allowed in fields.items():
        name = field.rstrip("?")
        for type_, value in VALUES.items():
            found = judged(path, with_second(encode([kind, {**sound, name: value}])))
            assert found == ("VALID" if allowed == "any" or type_ in allowed.split() else "INVALID"), (name, type_)
        missing = {other: value for other, value in sound.items() if other != name}
        found = judged(path, with_second(encode([kind, missing])))
        assert found == ("VALID" if field.endswith("?") else "INVALID"), name


@pytest.mark.parametrize(
    "op",
    [
        *(None, [], "add", {}, {"op": "add"}, {"op": "add", "path": "/a"}, {"op": "add", "path": "", "value": {}}),
        *({"op": op, "path": "/a", "value": 1} for op in ("replace", "remove", "test", "move", "copy", "ADD", 1, None)),
        *({"op": "add", "path": path, "value": 1} for path in ("a", "/a/b", "/~2", "/~", 1, None, "/" + "k" * 4097)),
    ],
)
def test_operations_that_make_no_sense(path: Path, op: Any) -> None:
    assert judged(path, with_second(encode(["x:a", {"ops": [op]}]))) == "INVALID"


# ---- meta, record, seal, header -----------------------------------------------------------------
PARENTS: tuple[Any, ...] = (None, True, False, 0.0, -1, 1, 2, 2**64 - 1, "0", [], {})
NO_TEXTS: tuple[Any, ...] = (None, 1, True, b"t", [], {})


@pytest.mark.parametrize(
    "meta",
    [
        *({}, {"seq": None}, {"seq": True}, {"seq": 1.0}, {"seq": "1"}, {"seq": -1}, {"seq": 0}, {"seq": 2}),
        *({"seq": 2**63}, {"seq": 2**64 - 1}, {"seq": [1]}, {"seq": b"\x01"}),
        *({"seq": 1, "parent": parent} for parent in PARENTS),
    ],
)
def test_places_that_are_none(path: Path, meta: dict[str, Any]) -> None:
    assert judged(path, with_second(meta=encode(meta))) == "INVALID"


def test_a_parent_that_is_earlier_is_right(path: Path) -> None:
    assert judged(path, with_second(meta=encode({"parent": 0, "seq": 1}))) == "VALID"


@pytest.mark.parametrize("meta", [b"", b"\xc0", b"\x90", b"\xa3seq", b"\x81\xa3seq", b"\x81\xa3seq\x01\x00"])
def test_metas_that_are_none(path: Path, meta: bytes) -> None:
    assert judged(path, with_second(meta=meta)) == "INVALID"


@pytest.mark.parametrize("field", range(4))
@pytest.mark.parametrize(
    "value", [True, 1, 1.0, "t" * 32, b"t" * 31, b"t" * 33, [], {}, None, msgpack.ExtType(1, b"t" * 32)]
)
def test_records_with_a_field_of_another_type(path: Path, field: int, value: Any) -> None:
    forge = Forge()
    for seq in range(4):
        forge.add(PLAIN, bytes(32) if seq == 1 else None, encode({"seq": seq}))
    record = [*msgpack.unpackb(forge.pieces[1])]
    record[field] = value
    forge.pieces[1] = msgpack.packb(record)
    assert judged(path, forge.bytes()) == "INVALID"


@pytest.mark.parametrize("marker", [b"\x90", b"\x91", b"\x92", b"\x93", b"\x95", b"\xdc\x00\x04", b"\x84", b"\xc0"])
def test_records_that_are_no_array_of_four(path: Path, marker: bytes) -> None:
    forge = Forge()
    for seq in range(4):
        forge.add(PLAIN, None, encode({"seq": seq}))
    forge.pieces[1] = marker + forge.pieces[1][1:]
    assert judged(path, forge.bytes()) == "INVALID"


def test_false_state_hashes(path: Path) -> None:
    run: list[tuple[str, dict[str, Any]]] = [("MemoryWrite", {"key": "k", "value": n}) for n in range(5)]
    for at in range(len(run)):
        sound, forge = forged(run), Forge()
        for seq, piece in enumerate(sound.pieces):
            content, state, meta, _ = msgpack.unpackb(piece)
            forge.add(content, bytes(32) if seq == at else state, meta)
        assert judged(path, forge.bytes()) == "INVALID"
        with EventLog.open(path) as log:
            report = verify(log)
        assert [finding.index for finding in report.mismatches] == [at]
        assert report.failures == ()


@pytest.mark.parametrize(
    "change",
    [
        *({"events": events} for events in (True, 2.0, 1, 3, -1, "2", None, 2**64 - 1)),
        *({"head": head} for head in (b"", bytes(32), bytes(31), "t" * 32, None, 1)),
    ],
)
def test_seals_that_say_something_else(path: Path, change: dict[str, Any]) -> None:
    forge = forged([("x:a", {}), ("x:b", {})])
    assert judged(path, forge.bytes()) == "VALID"
    assert judged(path, forge.bytes(sealed=False) + forge.seal(**change)) == "INVALID"


def sealed_by(body: bytes) -> bytes:
    """A log of two events with this as the body of its seal, in place of H the last hash; all hashes are right."""
    forge = forged([("x:a", {}), ("x:b", {})])
    body = body.replace(b"H", forge.head)
    return forge.bytes(sealed=False) + pack((body, seal_hash(forge.head, body)))


@pytest.mark.parametrize("body", [b"", b"\xc0", b"\x80", b"\x90", b"\x83\xa6events\x02\xa4head\xc4\x20H\xa4time"])
def test_bodies_of_seals_that_are_none(path: Path, body: bytes) -> None:
    assert judged(path, sealed_by(body)) == "INVALID"


@pytest.mark.parametrize("name", WRONG)
def test_seals_in_another_form(path: Path, name: str) -> None:
    body = b"\x84\xa1a%s\xa6events\x02\xa4head\xc4\x20H\xa4time\x00"
    assert judged(path, sealed_by(body % b"\xc0")) == "VALID"
    assert judged(path, sealed_by(body % WRONG[name])) == "INVALID"


def test_a_seal_is_judged_by_its_hash_and_its_place(path: Path) -> None:
    forge = forged([("x:a", {}), ("x:b", {})])
    seal = forge.seal()
    for damaged in (seal[:-1] + bytes([seal[-1] ^ 1]), seal + b"\x00", seal + seal, seal + forge.pieces[0]):
        assert judged(path, forge.bytes(sealed=False) + damaged) == "INVALID"


def headed(raw: bytes) -> bytes:
    """A log that goes on well after `raw`, whatever that is."""
    forge = Forge()
    forge.header = raw
    return forge.bytes()


@pytest.mark.parametrize(
    "facts",
    [
        *({**HEADER, "version": version} for version in (None, True, 1.0, "1", 0, 2, -1, 2**64 - 1)),
        *({**HEADER, "version": 1, name: value} for name in HEADER for value in NO_TEXTS),
        *({"version": 1, name: "t"} for name in HEADER),
        *({}, HEADER, {**HEADER, "version": 1, "note": "t" * (1 << 20)}),
    ],
    ids=lambda facts: repr(facts)[:80],
)
def test_headers_that_are_refused(path: Path, facts: dict[str, Any]) -> None:
    assert judged(path, headed(encode(["replay-log", facts]))) == "refused"


@pytest.mark.parametrize("name", WRONG)
def test_headers_in_another_form(path: Path, name: str) -> None:
    raw = b"\x92\xaareplay-log\x84\xa1a%s\xa7reducer\xaastandard/1\xa6run_id\xa1r\xa7version\x01"
    assert judged(path, headed(raw % b"\xc0")) in ("VALID", "INVALID")
    written(path, headed(raw % WRONG[name]))
    with pytest.raises(LogRefused):
        EventLog.open(path)
    assert judged(path, headed(raw % WRONG[name])) == "refused"
