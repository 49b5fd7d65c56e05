"""All damage is found: bits flipped, bytes cut off, records dropped, doubled, swapped or inserted."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from replay_gui import EventLog
from replay_gui.core.errors import LogRefused
from replay_gui.core.log import scanner
from replay_gui.core.log.canonical import encode
from replay_gui.core.log.fault import Fault
from replay_gui.core.log.scanner import MAX_SEARCH_FACTOR, Block, Skipped
from replay_gui.core.verification.passes import check_integrity, start_boundary
from replay_gui.core.verification.verify_log import verify
from tests.helpers.effort import tries
from tests.helpers.event_strategies import events
from tests.helpers.forged_logs import Forge, forged, pack, written
from tests.helpers.reference import judgement, reference_judgement, report_on

EVENTS: list[tuple[str, dict[str, Any]]] = [
    ("AgentInit", {"agent_type": "t", "agent_version": "1", "config": {"m": 1.5}}),
    ("Observation", {"obs_type": "message", "source": "user", "data": "hello"}),
    ("ToolRequest", {"tool_name": "s", "tool_version": "1", "input": None, "capabilities": []}),
    ("ToolResponse", {"tool_name": "s", "request_hash": "h", "output": b"\x94\xc4", "success": True, "error": None}),
    ("MemoryWrite", {"key": "k", "value": [1, 2]}),
    ("x:long", {"text": "t" * 300}),
]


def small_log(state_hashes: bool = True) -> Forge:
    return forged(EVENTS, state_hashes)


def is_noticed(path: Path, torn_from: int) -> bool:
    """Refused, INVALID, or a torn tail that begins at the last record or the seal."""
    try:
        report = report_on(path)
    except LogRefused:
        return True
    if report.verdict == "INVALID":
        return True
    return report.seal == "none" and report.tail_bytes > 0 and path.stat().st_size - report.tail_bytes >= torn_from


def flips(size: int, every: int) -> Iterator[int]:
    yield from range(random.Random(size).randrange(every) if every > 1 else 0, size * 8, every)


def check_flips(tmp_path: Path, every: int) -> None:
    forge = small_log()
    data = forge.bytes()
    path = tmp_path / "run.rlog"
    assert report_on(written(path, data)).verdict == "VALID"
    torn_from = len(data) - len(forge.seal()) - len(forge.pieces[-1])
    for bit in flips(len(data), every):
        damaged = bytearray(data)
        damaged[bit // 8] ^= 1 << bit % 8
        assert is_noticed(written(path, damaged), torn_from), f"bit {bit % 8} of byte {bit // 8}"


def test_a_flipped_bit_is_found(tmp_path: Path) -> None:
    check_flips(tmp_path, 23)


@pytest.mark.long
def test_every_flipped_bit_is_found(tmp_path: Path) -> None:
    check_flips(tmp_path, 1)


def test_a_log_cut_at_any_length_is_never_valid_with_a_seal(tmp_path: Path) -> None:
    forge = small_log()
    data, path = forge.bytes(), tmp_path / "run.rlog"
    ends = [len(forge.header)]
    for piece in forge.pieces:
        ends.append(ends[-1] + len(piece))
    for size in range(len(data)):
        written(path, data[:size])
        if size < len(forge.header):
            with pytest.raises(LogRefused):
                EventLog.open(path)
            continue
        report = report_on(path)
        whole = sum(end <= size for end in ends) - 1
        assert (report.events, report.tail_bytes) == (whole, size - ends[whole])
        assert (report.verdict, report.seal) == ("VALID", "none")
        assert any("seal" in note for note in report.notes)
        assert any("Torn tail" in note for note in report.notes) == (size > ends[whole])


@pytest.mark.parametrize("at", range(len(EVENTS)))
def test_records_dropped_doubled_and_swapped(tmp_path: Path, at: int) -> None:
    forge = small_log()
    pieces, path = forge.pieces, tmp_path / "run.rlog"
    seal = forge.seal()
    dropped = pieces[:at] + pieces[at + 1 :]
    doubled = pieces[: at + 1] + pieces[at:]
    swapped = list(pieces)
    other = (at + 1) % len(pieces)
    swapped[at], swapped[other] = swapped[other], swapped[at]
    for damaged in (dropped, doubled, swapped):
        assert report_on(written(path, forge.header + b"".join(damaged) + seal)).verdict == "INVALID"
    assert report_on(written(path, forge.header + b"".join(swapped))).verdict == "INVALID"
    assert report_on(written(path, forge.header + b"".join(doubled))).verdict == "INVALID"


def test_a_skipped_stretch_is_one_failure_and_later_records_are_salvaged(tmp_path: Path) -> None:
    forge = small_log()
    broken = b"\x00" + forge.pieces[2][1:]
    data = forge.header + b"".join([*forge.pieces[:2], broken, *forge.pieces[3:]]) + forge.seal()
    with EventLog.open(written(tmp_path / "run.rlog", data)) as log:
        report = verify(log)
        kinds = [event.kind for event in log]
        assert log[2].hash is None
        assert log[2].problem
    assert kinds == ["AgentInit", "Observation", "(skipped)", "ToolResponse", "MemoryWrite", "x:long"]
    assert [finding.index for finding in report.failures] == [2]
    assert report.skipped_bytes == len(broken)
    assert report.first_broken == 2
    assert report.failures[0].offset == len(forge.header) + sum(map(len, forge.pieces[:2]))
    assert report.line == "Verification: 5/6 events verified, 1 failures, 4 mismatches - INVALID"


def test_a_search_reads_no_more_than_heads(tmp_path: Path) -> None:
    """Each of many marks promises a record of 60 KB: reading all of them would take hundreds of times the file."""
    forge = small_log()
    bait = b"\x94\xc5\xea\x60" * 20_000
    path = written(tmp_path / "run.rlog", forge.header + forge.pieces[0] + b"\x00" + bait + b"".join(forge.pieces[1:]))
    report = report_on(path)
    assert (report.events, len(report.failures)) == (len(forge.pieces) + 1, 1)
    assert report.skipped_bytes == 1 + len(bait)


def costly_stretch(candidates: int, size: int) -> bytes:
    """Bytes in which so many records may begin, each before an object of `size` bytes that must be hashed."""
    rest = b"\xc0" + b"\xc4\x01\x80" + b"\xc4\x20" + bytes(32)
    marks = b""
    for number in range(candidates):
        marks = b"\x94\xc6" + ((1 << 17) + 6 * number).to_bytes(4, "big") + marks
    return b"\x00" + marks + bytes(1 << 17) + rest + pack((bytes(size), None, b"\x80", bytes(32)))


def test_searches_that_cost_too_much_in_all_are_stopped_and_reported(tmp_path: Path) -> None:
    """One of the stretches alone would be within the limit, which holds for all searches in a file."""
    forge = forged([("x:a", {"n": n}) for n in range(8)])
    stretch = costly_stretch(candidates=10, size=1 << 20)
    pieces = forge.header + forge.pieces[0]
    for at in (1, 3, 5):
        pieces += stretch + forge.pieces[at] + forge.pieces[at + 1]
    path = written(tmp_path / "run.rlog", pieces)
    assert path.stat().st_size * MAX_SEARCH_FACTOR < 30 << 20
    with EventLog.open(path) as log:
        parts = [*log.parts()]
        skipped = [part for part in parts if isinstance(part, Skipped)]
        assert [part.gave_up for part in skipped[-1:]] == [True]
        assert not any(part.gave_up for part in skipped[:-1])
        assert len(skipped) > 1
        assert skipped[-1].searched < 2 * MAX_SEARCH_FACTOR * log.source.size
    report = report_on(path)
    assert "cost too much" in report.failures[-1].problem
    assert report.verdict == "INVALID"


@pytest.mark.parametrize("stop", [1, 1 << 20, 2 << 20])
def test_a_pass_in_slices_gives_up_where_one_pass_does(tmp_path: Path, stop: int) -> None:
    forge = forged([("x:a", {"n": n}) for n in range(8)])
    stretch = costly_stretch(candidates=10, size=1 << 20)
    pairs = [a + b for a, b in zip(forge.pieces[::2], forge.pieces[1::2], strict=False)]
    path = written(tmp_path / "run.rlog", forge.header + b"".join(stretch + piece for piece in pairs))
    with EventLog.open(path) as log:
        whole = check_integrity(log, start_boundary(log), None, None, on_progress=lambda offset: None)
        faults: list[Fault] = []
        boundary, tail = start_boundary(log), None
        while tail is None:
            part = check_integrity(log, boundary, boundary.offset + stop, None, on_progress=lambda offset: None)
            faults += part.faults
            boundary, tail = part.end, part.tail
    assert (tuple(faults), boundary, tail) == (whole.faults, whole.end, whole.tail)


@pytest.mark.parametrize("records", [500, 2000])
def test_a_search_is_linear_in_the_file(tmp_path: Path, records: int) -> None:
    """Between any two records there are marks of records that would reach to the end of the file."""
    forge = forged([("x:a", {})] * records, state_hashes=False)
    room = len(forge.header) + sum(map(len, forge.pieces)) + records * 7 * 6
    data = bytearray(forge.header)
    for number, piece in enumerate(forge.pieces):
        if number % 3 == 2:
            for _ in range(7):
                data += b"\x94\xc6" + max(1 << 16, room - len(data) - 200).to_bytes(4, "big")
        data += piece
    path = written(tmp_path / "run.rlog", bytes(data) + bytes(1 << 16))
    with EventLog.open(path) as log:
        read = 0

        def on_read(size: int) -> None:
            nonlocal read
            read += size

        log.source.on_read = on_read
        events = sum(len(part) for part in log.parts() if isinstance(part, Block))
    assert events == records
    assert read < 40 * path.stat().st_size


FORMS = {
    "content in a longer form": lambda c, s, m, h: b"\x94\xc5" + len(c).to_bytes(2, "big") + c + s + m + h,
    "array16": lambda c, s, m, h: b"\xdc\x00\x04\xc4" + bytes([len(c)]) + c + s + m + h,
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("at", [0, 3, 5])
def test_a_record_in_a_longer_encoding_is_invalid(tmp_path: Path, form: str, at: int) -> None:
    events: list[tuple[str, dict[str, Any]]] = [("x:a", {"n": n}) for n in range(8)]
    forge = forged(events, state_hashes=False)
    content = encode(["x:a", {"n": at}])
    rest = forge.pieces[at][3 + len(content) :]
    forge.pieces[at] = FORMS[form](content, b"", b"", rest)
    report = report_on(written(tmp_path / "run.rlog", forge.bytes()))
    assert [finding.index for finding in report.failures] == [at]
    assert (report.events, report.skipped_bytes) == (8, len(forge.pieces[at]))


# ---- against the independent reader ---------------------------------------------------------------
metas = st.lists(
    st.sampled_from(
        [
            {},
            {},
            {},
            {"seq": 0},
            {"seq": True},
            {"seq": 1.0},
            {"seq": -1},
            {"seq": "1"},
            {"parent": 0},
            {"parent": 99},
            {"parent": None},
            {"time": 5},
            {"x": {"y": [[[1]]]}},
            {"f": float("nan")},
        ]
    ),
    max_size=10,
)
odd_contents = st.sampled_from(
    [
        b"",
        b"\xc0",
        b"\x92\xa1x\x80",
        b"\x92\xa3x:a\x81\xa1a\xca\x3f\x80\x00\x00",
        b"\x92\xa3x:a\x82\xa1b\x01\xa1a\x01",
        b"\x92\xa3x:a\x82\xa3ops\x01\xa3ops\x90",
        b"\x92\x01\x80",
        b"\x93\xa1x\x80\xc0",
        b"\x92\xa1\xff\x80",
        b"\x92\xa1x\x80\x00",
    ]
)
damages = st.one_of(
    st.tuples(st.just("flip"), st.floats(0, 1), st.integers(0, 7)),
    st.tuples(st.just("cut"), st.floats(0, 1), st.integers(0, 7)),
    st.tuples(
        st.just("insert"), st.floats(0, 1), st.sampled_from([b"\x00", b"\x94", b"\x92", b"\x94\xc4\x00\xc0", bytes(40)])
    ),
    st.tuples(st.just("remove"), st.floats(0, 1), st.integers(1, 80)),
    st.tuples(st.sampled_from(["drop", "double", "swap", "early seal", "graft"]), st.floats(0, 1), st.integers(0, 7)),
    st.tuples(st.just("content"), st.floats(0, 1), odd_contents),
)


def damaged_log(forge: Forge, sealed: bool, todo: list[tuple[str, float, Any]]) -> bytes:
    pieces, seal = list(forge.pieces), forge.seal()
    for what, share, _ in todo:
        at = min(int(share * len(pieces)), len(pieces) - 1)
        if not pieces:
            break
        if what == "drop":
            del pieces[at]
        elif what == "double":
            pieces.insert(at, pieces[at])
        elif what == "swap":
            pieces[at], pieces[0] = pieces[0], pieces[at]
        elif what == "early seal":
            pieces.insert(at, seal)
        elif what == "graft":
            pieces.insert(at, pack((b"body", bytes(32))))
    data = bytearray(forge.header + b"".join(pieces) + (seal if sealed else b""))
    for what, share, how in todo:
        at = max(min(int(share * len(data)), len(data) - 1), 0)
        if what == "flip" and data:
            data[at] ^= 1 << how
        elif what == "cut":
            del data[max(at, 12) :]
        elif what == "insert":
            data[at:at] = how
        elif what == "remove":
            del data[at : at + how]
    return bytes(data)


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("damaged") / "run.rlog"


@pytest.fixture(scope="module", params=[1 << 20, 300])
def block_size(request: pytest.FixtureRequest) -> Iterator[None]:
    """Also blocks so small that records cross their ends and some are larger than one."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(scanner, "BLOCK_BYTES", request.param)
        yield


@settings(max_examples=tries(20, long=200), deadline=None)
@given(st.lists(events, max_size=8), st.booleans(), st.booleans(), metas, st.lists(damages, max_size=3))
def test_the_independent_reader_has_the_same_result(
    path: Path,
    block_size: None,
    run: list[tuple[str, dict[str, Any]]],
    state_hashes: bool,
    sealed: bool,
    metas: list[dict[str, Any]],
    todo: list[tuple[str, float, Any]],
) -> None:
    forge = forged(run, state_hashes, metas)
    for what, _, content in todo:
        if what == "content":
            forge.add(content, None, encode({"seq": len(forge.pieces)}))
    written(path, damaged_log(forge, sealed, todo))
    assert judgement(path) == reference_judgement(path)
