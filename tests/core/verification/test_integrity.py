"""In a block of valid records in common form, exactly the one invalid record is found."""

from __future__ import annotations

from pathlib import Path

import msgpack
import pytest

from replay_gui.core.log.canonical import encode
from replay_gui.core.log.log_reader import EventLog
from replay_gui.core.verification.passes import check_integrity, start_boundary
from tests.helpers.forged_logs import Forge, written

AT, COUNT = 7, 20
USUAL_CONTENT = encode(["Decision", {"data": 1, "decision_type": "act"}])


def usual_meta(seq: int) -> bytes:
    return encode(
        {"duration": 5, "seq": seq, "time": 9} if seq % 2 else {"parent": 0, "seq": seq} if seq else {"seq": 0}
    )


def unordered(*pairs: tuple[str, object]) -> bytes:
    packer = msgpack.Packer()
    return bytes(packer.pack_map_header(len(pairs)) + b"".join(packer.pack(part) for pair in pairs for part in pair))


WRONG_METAS = {
    "parent -1": encode({"parent": -1, "seq": AT}),
    "parent -2": encode({"parent": -2, "seq": AT}),
    "parent itself": encode({"parent": AT, "seq": AT}),
    "parent a boolean": encode({"parent": True, "seq": AT}),
    "seq -1": encode({"seq": -1}),
    "seq of the next": encode({"seq": AT + 1}),
    "seq 7.0": encode({"seq": 7.0}),
    "no seq": encode({"time": 1}),
    "seq in two bytes": b"\x81\xa3seq\xcc\x07",
    "keys out of order": unordered(("time", 1), ("seq", AT)),
    "a key twice": unordered(("seq", AT), ("seq", AT)),
    "a key twice, -1 first": unordered(("parent", -1), ("parent", 0), ("seq", AT)),
    "two values": encode({"seq": AT}) * 2,
    "nothing": b"",
}
RIGHT_METAS = {
    "more than usual": encode({"cost": 0.5, "seq": AT}),
    "a duration of -1": encode({"duration": -1, "seq": AT}),
    "a time beyond 63 bits": encode({"seq": AT, "time": (1 << 64) - 1}),
    "a parent": encode({"parent": AT - 1, "seq": AT}),
}
WRONG_CONTENTS = {
    "keys out of order": b"\x92\xa8Decision" + unordered(("decision_type", "act"), ("data", 1)),
    "an integer in two bytes": USUAL_CONTENT.replace(b"\xa4data\x01", b"\xa4data\xcc\x01"),
    "another NaN": USUAL_CONTENT.replace(b"\xa4data\x01", b"\xa4data\xcb\xff\xf8" + bytes(6)),
    "one and the begin of the next": USUAL_CONTENT + USUAL_CONTENT[:5],
    "half of one": USUAL_CONTENT[:-5],
    "nil": b"\xc0",
}
RIGHT_CONTENTS = {
    "a custom kind": encode(["x:a", {}]),
    "a NaN": encode(["Decision", {"data": float("nan"), "decision_type": "act"}]),
    "ops": encode(["MemoryRead", {"key": "a", "ops": []}]),
}


def faults(folder: Path, content: bytes = USUAL_CONTENT, meta: bytes | None = None) -> list[int]:
    """The places that are said to be wrong in a log whose record at AT has this content and meta."""
    forge = Forge()
    for seq in range(COUNT):
        if seq != AT:
            forge.add(USUAL_CONTENT, None, usual_meta(seq))
        else:
            forge.add(content, None, usual_meta(seq) if meta is None else meta)
    with EventLog.open(written(folder / "run.rlog", forge.bytes())) as log:
        return [
            fault.event_index
            for fault in check_integrity(log, start_boundary(log), None, None, on_progress=lambda at: None).faults
        ]


@pytest.mark.parametrize("name", WRONG_METAS)
def test_a_wrong_meta(tmp_path: Path, name: str) -> None:
    found = faults(tmp_path, meta=WRONG_METAS[name])
    assert found == ([AT, AT + 1] if name == "seq of the next" else [AT])


@pytest.mark.parametrize("name", RIGHT_METAS)
def test_an_unusual_meta(tmp_path: Path, name: str) -> None:
    assert faults(tmp_path, meta=RIGHT_METAS[name]) == []


@pytest.mark.parametrize("name", WRONG_CONTENTS)
def test_a_wrong_content(tmp_path: Path, name: str) -> None:
    assert faults(tmp_path, content=WRONG_CONTENTS[name]) == [AT]


@pytest.mark.parametrize("name", RIGHT_CONTENTS)
def test_an_unusual_content(tmp_path: Path, name: str) -> None:
    assert faults(tmp_path, content=RIGHT_CONTENTS[name]) == []


def test_two_halves_of_contents_do_not_pass_for_whole_ones(tmp_path: Path) -> None:
    forge = Forge()
    whole = USUAL_CONTENT * 2
    for seq, content in enumerate((USUAL_CONTENT, whole[: len(USUAL_CONTENT) + 4], whole[len(USUAL_CONTENT) + 4 :])):
        forge.add(content, None, usual_meta(seq))
    with EventLog.open(written(tmp_path / "run.rlog", forge.bytes())) as log:
        found = check_integrity(log, start_boundary(log), None, None, on_progress=lambda at: None).faults
    assert [fault.event_index for fault in found] == [1, 2]
