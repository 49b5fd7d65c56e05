from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgpack
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from replay_gui.core.log.log_reader import EventLog
from replay_gui.core.report.classify import Damage, Diagnosis, diagnose_damage
from replay_gui.core.verification.verify_log import verify
from tests.helpers import logs
from tests.helpers.paths import RESOURCES

Objects = list[bytes]  # header, records and seal, each as its bytes


def write_log(path: Path, turns: int, state_hash_every: int = 1) -> Path:
    path.unlink(missing_ok=True)  # examples share a folder
    return logs.write_log(path, turns, state_hash_every=state_hash_every)


def objects(path: Path) -> Objects:
    raw = path.read_bytes()
    unpacker, found, start = msgpack.Unpacker(raw=True, max_buffer_size=0), list[bytes](), 0
    unpacker.feed(raw)
    while start < len(raw):
        unpacker.skip()
        found.append(raw[start : unpacker.tell()])
        start = unpacker.tell()
    return found


def changed(record: bytes, field: int, at: int) -> bytes:
    """A record of the same form with one bit of one field turned over."""
    fields = msgpack.unpackb(record, raw=True)
    field_bytes = bytearray(fields[field])
    field_bytes[at % len(field_bytes)] ^= 1
    fields[field] = bytes(field_bytes)
    packed: bytes = msgpack.packb(fields)
    return packed


def told(path: Path) -> Diagnosis | None:
    with EventLog.open(path) as log:
        return diagnose_damage(log, verify(log))


def after(folder: Path, change: Callable[[Objects], Objects]) -> Diagnosis:
    path = folder / "damaged.rlog"
    path.write_bytes(b"".join(change(objects(write_log(folder / "sound.rlog", turns=4)))))
    found = told(path)
    assert found is not None
    return found


def test_of_a_sound_log_there_is_nothing_to_tell(tmp_path: Path) -> None:
    assert told(write_log(tmp_path / "run.rlog", turns=2)) is None


many = settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@many
@given(place=st.integers(1, 21), field=st.sampled_from([0, 2]), at=st.integers(0, 99))
def test_a_changed_record_was_edited(tmp_path: Path, place: int, field: int, at: int) -> None:
    found = after(tmp_path, lambda o: [*o[:place], changed(o[place], field, at), *o[place + 1 :]])
    assert found.damage is Damage.EDITED
    assert found.finding is not None
    assert found.finding.index == place - 1


@many
@given(place=st.integers(1, 21), at=st.integers(0, 31))
def test_a_changed_hash_is_told_from_a_changed_record(tmp_path: Path, place: int, at: int) -> None:
    found = after(tmp_path, lambda o: [*o[:place], changed(o[place], 3, at), *o[place + 1 :]])
    assert found.damage is Damage.HASH_DAMAGED


@many
@given(place=st.integers(1, 20), count=st.integers(1, 3))
def test_records_that_are_missing_were_removed(tmp_path: Path, place: int, count: int) -> None:
    count = min(count, 21 - place)
    found = after(tmp_path, lambda o: [*o[:place], *o[place + count :]])
    assert found.damage is Damage.REMOVED
    assert f" {count} record" in found.words


@many
@given(place=st.integers(1, 21), to=st.integers(2, 21))
def test_a_record_that_stands_twice_was_duplicated(tmp_path: Path, place: int, to: int) -> None:
    to = max(place + 1, to)
    assert after(tmp_path, lambda o: [*o[:to], o[place], *o[to:]]).damage is Damage.DUPLICATED


@many
@given(place=st.integers(1, 20))
def test_neighbours_that_changed_places_were_reordered(tmp_path: Path, place: int) -> None:
    found = after(tmp_path, lambda o: [*o[:place], o[place + 1], o[place], *o[place + 2 :]])
    assert found.damage is Damage.REORDERED


@many
@given(place=st.integers(1, 20), number=st.integers(1, 3))
def test_records_of_another_run_were_inserted(tmp_path: Path, place: int, number: int) -> None:
    other = objects(write_log(tmp_path / "other.rlog", turns=9, state_hash_every=0))
    found = after(tmp_path, lambda o: [*o[: place + 1], *other[30 : 30 + number], *o[place + 1 :]])
    assert found.damage is Damage.INSERTED


def test_an_end_that_is_missing_was_truncated(tmp_path: Path) -> None:
    assert after(tmp_path, lambda o: [*o[:10], *o[-1:]]).damage is Damage.TRUNCATED
    assert after(tmp_path, lambda o: [*o[:10], o[10][:-5]]).damage is Damage.TRUNCATED
    assert after(tmp_path, lambda o: [*o, b"more"]).damage is Damage.INSERTED


def test_bytes_that_are_no_record_were_overwritten(tmp_path: Path) -> None:
    found = after(tmp_path, lambda o: [*o[:5], b"\xff" * len(o[5]), *o[6:]])
    assert found.damage is Damage.OVERWRITTEN


def test_where_the_chain_allows_two_readings_both_are_told(tmp_path: Path) -> None:
    header = after(tmp_path, lambda o: [o[0].replace(b"triage", b"triags"), *o[1:]])
    assert header.words == "The header or event 1 was changed after it was written."
    assert (
        "or it and the following records belong to another run"
        in after(tmp_path, lambda o: [*o[:5], changed(o[5], 0, 3), *o[6:]]).words
    )


def test_a_seal_that_was_changed_is_told_from_an_end_that_is_missing(tmp_path: Path) -> None:
    def reseal(found: Objects) -> Objects:
        body, hash_ = msgpack.unpackb(found[-1], raw=True)
        return [*found[:-1], msgpack.packb([body, bytes([hash_[0] ^ 1]) + hash_[1:]])]

    assert after(tmp_path, reseal).damage is Damage.SEAL


def test_a_record_that_was_moved_far_is_still_found(tmp_path: Path) -> None:
    path = tmp_path / "damaged.rlog"
    o = objects(write_log(tmp_path / "sound.rlog", turns=200))
    path.write_bytes(b"".join([*o[:100], *o[101:900], o[100], *o[900:]]))
    found = told(path)
    assert found is not None
    assert found.damage is Damage.REORDERED
    path.write_bytes(b"".join([*o[:100], o[900], *o[100:900], *o[901:]]))
    found = told(path)
    assert found is not None
    assert found.damage is Damage.REORDERED


@pytest.mark.parametrize("sample", ["damaged.rlog"])
def test_the_damaged_sample_was_edited(sample: str) -> None:
    found = told(RESOURCES / "samples" / sample)
    assert found is not None
    assert found.damage is Damage.EDITED
