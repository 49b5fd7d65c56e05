"""Anchors: what was cut, rolled back or replaced does not agree with one, and what only grew does."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from replay_gui.core.anchor.check import compare_file, compare_log
from replay_gui.core.anchor.statement import ReadAnchor, anchor_of_file, anchor_of_log, encode_anchor, read_anchor
from replay_gui.core.errors import AnchorRefused
from replay_gui.core.log.log_reader import EventLog
from replay_gui.core.log.source import Source
from replay_gui.core.recorder.recorder import Recorder
from replay_gui.core.report.model import AnchorFinding
from replay_gui.core.verification.verify_log import verify
from tests.helpers import logs
from tests.helpers.effort import tries

NOW = 1_700_000_000 * 10**9


def anchored(path: Path) -> ReadAnchor:
    with EventLog.open(path) as log:
        anchor = anchor_of_log(log, verify(log), NOW)
    file = path.with_suffix(".anchor")
    file.write_bytes(encode_anchor(anchor, None))
    return read_anchor(file, None)


def compared(read: ReadAnchor, path: Path) -> AnchorFinding:
    with EventLog.open(path) as log:
        return compare_log(read, log, verify(log))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return logs.write_log(tmp_path / "run.rlog", turns=4, sealed=False)


def test_the_same_log_agrees(path: Path) -> None:
    found = compared(anchored(path), path)
    assert found.good
    assert "to the byte" in found.words


def test_a_log_that_only_grew_agrees_and_says_so(path: Path) -> None:
    read = anchored(path)
    with Recorder.resume(path) as run:
        run.observation("message", "user", "more")
    found = compared(read, path)
    assert found.good
    assert "only grew" in found.words
    assert "1 event more" in found.words


def test_an_end_that_was_cut_off_an_unsealed_log_is_found(path: Path) -> None:
    read = anchored(path)
    with EventLog.open(path) as log:
        offsets = log.offsets.tolist()
    raw = path.read_bytes()
    for end in offsets[1:]:
        path.write_bytes(raw[:end])
        found = compared(read, path)
        assert not found.good
        assert found.words.startswith("Cut or rolled back")


def test_another_run_and_a_rewritten_one_are_found(path: Path, tmp_path: Path) -> None:
    read = anchored(path)
    assert not compared(read, logs.write_log(tmp_path / "other.rlog", turns=5, sealed=False)).good
    run_id = read.anchor.run_id
    forged = tmp_path / "forged.rlog"
    with Recorder(forged, agent_type="triage", agent_version="1.0", config={}, run_id=run_id) as run:
        for _ in range(40):
            run.observation("message", "user", "nothing happened")
    found = compared(read, forged)
    assert not found.good
    assert found.words.startswith("Replaced: event 21")


@settings(max_examples=tries(20, long=40), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(at=st.integers(0, 10_000), bit=st.integers(0, 7))
def test_no_bit_of_the_anchored_events_can_change(path: Path, at: int, bit: int) -> None:
    read, raw = anchored(path), path.read_bytes()
    with EventLog.open(path) as log:
        start = len(log.header.raw)
    changed = bytearray(raw)
    changed[start + at % (len(raw) - start)] ^= 1 << bit
    path.write_bytes(changed)
    try:
        assert not compared(read, path).good
    finally:
        path.write_bytes(raw)


def test_a_sealed_log_may_not_change_at_all(tmp_path: Path) -> None:
    path = logs.write_log(tmp_path / "run.rlog", turns=4)
    read = anchored(path)
    with EventLog.open(path) as log:
        assert verify(log).seal == "good"
    raw = path.read_bytes()
    unsealed = logs.write_log(tmp_path / "u.rlog", turns=4, sealed=False).stat().st_size
    path.write_bytes(raw[:unsealed])  # the seal alone is gone
    found = compared(read, path)
    assert not found.good
    assert "sealed" in found.words


def test_a_log_that_is_not_valid_is_not_anchored(path: Path) -> None:
    logs.damage(path)
    with EventLog.open(path) as log, pytest.raises(AnchorRefused, match="INVALID"):
        anchor_of_log(log, verify(log), NOW)


def test_any_file_is_anchored_by_its_bytes(tmp_path: Path) -> None:
    file = tmp_path / "report.html"
    file.write_bytes(b"<p>VALID")
    with Source(file) as source:
        read = ReadAnchor(anchor_of_file(source, NOW), False, None)
    for data, good in ((b"<p>VALID", True), (b"<p>VALID!", False), (b"<p>VALIE", False), (b"", False)):
        file.write_bytes(data)
        with Source(file) as source:
            assert compare_file(read, source).good is good


# ---- signatures ---------------------------------------------------------------------------------------
def test_a_signed_anchor_is_read_with_its_key_alone(path: Path, tmp_path: Path) -> None:
    key, other = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
    file = tmp_path / "signed"
    with EventLog.open(path) as log:
        file.write_bytes(encode_anchor(anchor_of_log(log, verify(log), NOW), key))
    read = read_anchor(file, key.public_key())
    assert read.key is not None
    assert "signed by the key" in compared(read, path).words
    assert "not checked" in compared(read_anchor(file, None), path).words
    with pytest.raises(AnchorRefused, match="not signed by"):
        read_anchor(file, other.public_key())
    form = json.loads(file.read_bytes())
    assert form["payloadType"] == "application/vnd.in-toto+json"
    form["payload"] = form["payload"][:-8] + "AAAAAAA="
    file.write_text(json.dumps(form), "utf-8")
    with pytest.raises(AnchorRefused, match="not signed by"):
        read_anchor(file, key.public_key())


def test_an_unsigned_anchor_does_not_pass_for_a_signed_one(path: Path) -> None:
    anchored(path)
    with pytest.raises(AnchorRefused, match="not signed"):
        read_anchor(path.with_suffix(".anchor"), Ed25519PrivateKey.generate().public_key())


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        b"[]",
        b"{}",
        b"[" * 100_000,
        b'{"payload":1}',
        b'{"payload":"","payloadType":"x","signatures":[]}',
        b'{"_type":"https://in-toto.io/Statement/v1","subject":[],"predicateType":"x","predicate":{}}',
        b"\xff" * 10,
        b" " * (1 << 21),
    ],
)
def test_what_is_no_anchor_is_refused_in_one_line(tmp_path: Path, raw: bytes) -> None:
    file = tmp_path / "a"
    file.write_bytes(raw)
    with pytest.raises(AnchorRefused) as why:
        read_anchor(file, None)
    assert "\n" not in str(why.value)
