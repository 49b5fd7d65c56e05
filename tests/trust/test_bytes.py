"""A log of 16 KB under attack, bit by bit and record by record; and records that are all size.

tests/core/verification/test_damage.py compares what the reader finds in each kind of damage with an independent
reader. Here the attacks are counted: none may remain undetected.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgpack
import pytest

from replay_gui import EventLog, VerificationReport
from replay_gui.core.anchor.check import compare_log
from replay_gui.core.anchor.statement import ReadAnchor, anchor_of_log
from replay_gui.core.errors import LogRefused
from replay_gui.core.log.canonical import encode
from replay_gui.core.log.chain import digest, record_hash
from replay_gui.core.log.positions import Position
from replay_gui.core.replay.replayer import Replayer
from replay_gui.core.verification.verify_log import verify
from tests.helpers.effort import tries
from tests.helpers.forged_logs import Forge, forged, pack, turns, written

SIZE = 16 << 10


def sealed_log(name: str = "run") -> Forge:
    events = turns(name)
    run = [next(events)]
    while len(forged(run).bytes()) < SIZE - 200:
        run.append(next(events))
    return forged(run)


FORGE = sealed_log()
DATA = FORGE.bytes()


def noticed(path: Path, data: bytes | bytearray) -> bool:
    """Refused, INVALID, or a torn tail in the place of a seal, which --strict fails and the report names."""
    path.write_bytes(data)
    try:
        with EventLog.open(path) as log:
            report = verify(log)
    except LogRefused:
        return True
    return report.verdict == "INVALID" or (
        report.seal == "none" and report.tail_bytes > 0 and any(note.startswith("Torn tail") for note in report.notes)
    )


def count_misses(path: Path, bits: range) -> list[int]:
    misses = []
    for bit in bits:
        damaged = bytearray(DATA)
        damaged[bit // 8] ^= 1 << bit % 8
        if not noticed(path, damaged):
            misses.append(bit)
    return misses


def test_the_log_is_whole_and_of_that_size(tmp_path: Path) -> None:
    assert abs(len(DATA) - SIZE) < 400
    assert not noticed(tmp_path / "run.rlog", DATA)


def test_flipped_bits(tmp_path: Path) -> None:
    assert count_misses(tmp_path / "run.rlog", range(5, 8 * len(DATA), 839)) == []


@pytest.mark.long
def test_every_flipped_bit(tmp_path: Path) -> None:
    assert count_misses(tmp_path / "run.rlog", range(8 * len(DATA))) == []


def check_truncations(path: Path, step: int) -> None:
    """None passes for the sealed log, and what is left whole stays readable."""
    for size in range(0, len(DATA), step):
        path.write_bytes(DATA[:size])
        if size < len(FORGE.header):
            with pytest.raises(LogRefused):
                EventLog.open(path)
            continue
        with EventLog.open(path) as log:
            report = verify(log)
        assert (report.verdict, report.seal) == ("VALID", "none"), size
        assert any("No seal" in note for note in report.notes)


def test_truncations(tmp_path: Path) -> None:
    check_truncations(tmp_path / "run.rlog", 97)


@pytest.mark.long
def test_every_truncation(tmp_path: Path) -> None:
    check_truncations(tmp_path / "run.rlog", 1)


def judged(path: Path, pieces: list[bytes], seal: bytes) -> VerificationReport:
    with EventLog.open(written(path, FORGE.header + b"".join(pieces) + seal)) as log:
        return verify(log)


def test_records_dropped_doubled_swapped_or_from_another_run(tmp_path: Path) -> None:
    """The first, the last, and every fifth between them; all with --long."""
    path, pieces, other, seal = tmp_path / "run.rlog", FORGE.pieces, sealed_log("other").pieces, FORGE.seal()
    for at in sorted({*range(0, len(pieces), tries(5, long=1)), len(pieces) - 2, len(pieces) - 1}):
        after = pieces[at + 1 :]
        tried = {
            "dropped": pieces[:at] + after,
            "doubled": [*pieces[: at + 1], pieces[at], *after],
            "spliced in": [*pieces[:at], other[at], *pieces[at:]],
            "replaced": [*pieces[:at], other[at], *after],
            "the rest from another run": pieces[:at] + other[at:],
        }
        if after:
            tried["swapped"] = [*pieces[:at], after[0], pieces[at], *after[1:]]
        for what, damaged in tried.items():
            assert judged(path, damaged, seal).verdict == "INVALID", (what, at)


def test_a_record_rewritten_with_a_hash_that_fits_it_breaks_the_next_link(tmp_path: Path) -> None:
    previous, (content, state, meta, _) = digest(FORGE.header), msgpack.unpackb(FORGE.pieces[0])
    for at, piece in enumerate(FORGE.pieces[:-1]):
        content, state, meta, hash_ = msgpack.unpackb(piece)
        content = encode(["x:other", {"n": at}])
        forged_ = pack((content, state, meta, record_hash(previous, content, state, meta)))
        report = judged(tmp_path / "run.rlog", [*FORGE.pieces[:at], forged_, *FORGE.pieces[at + 1 :]], FORGE.seal())
        assert report.verdict == "INVALID"
        assert at + 1 in {finding.index for finding in report.failures}
        previous = hash_


def test_another_whole_log_is_valid_and_does_not_fit_the_anchor(tmp_path: Path) -> None:
    """Whoever can write every byte can write another sound log: only what is kept elsewhere tells them apart."""
    path = written(tmp_path / "run.rlog", DATA)
    with EventLog.open(path) as log:
        read = ReadAnchor(anchor_of_log(log, verify(log), 0), False, None)
    for data, fits in ((DATA, True), (sealed_log("other").bytes(), False), (FORGE.bytes(sealed=False), False)):
        with EventLog.open(written(path, data)) as log:
            report = verify(log)
            assert report.verdict == "VALID"
            assert compare_log(read, log, report).good is fits


@pytest.mark.parametrize(
    "make_value",
    [
        lambda: "t" * 1_000_000,
        pytest.param(lambda: "t" * 50_000_000, marks=pytest.mark.long),
        lambda: {f"key {n}": n for n in range(20_000)},
        pytest.param(lambda: {f"key {n}": n for n in range(1_000_000)}, marks=pytest.mark.long),
        lambda: b"\x94\xc4" * 500_000,
    ],
    ids=["1 MB text", "50 MB text", "20,000 keys", "1,000,000 keys", "what looks like records"],
)
def test_records_that_are_all_size(tmp_path: Path, make_value: Callable[[], Any]) -> None:
    value = make_value()
    big = ("MemoryWrite", {"key": "big", "value": value})
    small = ("MemoryWrite", {"key": "small", "value": 1})
    forge = forged([big, small, big, small])
    with EventLog.open(written(tmp_path / "run.rlog", forge.bytes())) as log:
        assert verify(log).line == "Verification: 4/4 events verified, 0 failures, 0 mismatches - VALID"
        assert log[2].payload["value"] == value
        assert Replayer(log).state_at(Position(4)).plain()["memory"] == {"big": value, "small": 1}
    data = bytearray(forge.bytes())
    data[len(data) // 2] ^= 1
    assert noticed(tmp_path / "run.rlog", data)


DEEP = tries(100_000, long=1_000_000)  # levels: more than fit any stack
BOMBS = {
    "an array of 4 billion": b"\xdd\xff\xff\xff\xff",
    "a map of 4 billion": b"\xdf\xff\xff\xff\xff",
    "a text of 4 GB": b"\xdb\xff\xff\xff\xff",
    "bytes of 4 GB": b"\xc6\xff\xff\xff\xff",
    "an extension of 4 GB": b"\xc9\xff\xff\xff\xff\x01",
    "arrays in arrays": b"\x91" * DEEP + b"\xc0",
    "maps in maps": b"\x81\xa1a" * DEEP + b"\xc0",
}


@pytest.mark.parametrize("bomb", BOMBS)
@pytest.mark.parametrize("where", ["content", "meta", "record", "seal", "header"])
def test_bombs(tmp_path: Path, bomb: str, where: str) -> None:
    """They cost no more memory than their bytes, and no stack."""
    raw, forge = BOMBS[bomb], Forge()
    forge.add(encode(["x:a", {}]), None, encode({"seq": 0}))
    data = forge.bytes(sealed=False)
    if where == "content":
        forge.add(b"\x92\xa3x:a" + raw, None, encode({"seq": 1}))
        data = forge.bytes()
    elif where == "meta":
        forge.add(encode(["x:a", {}]), None, raw)
        data = forge.bytes()
    elif where == "record":
        data += raw
    elif where == "seal":
        data += b"\x92" + raw
    else:
        data = data[:12] + raw
    path = written(tmp_path / "run.rlog", data)
    try:
        with EventLog.open(path) as log:
            report = verify(log)
    except LogRefused:
        assert where == "header"
        return
    assert report.verdict == "INVALID" or report.tail_bytes > 0
    assert report.events >= 1
