from __future__ import annotations

from dataclasses import replace

from replay_gui.core.log.positions import EventIndex
from replay_gui.core.verification.verification_report import NOT_VERIFIABLE, Finding
from replay_gui.models.run.integrity_words import hash_checks
from tests.helpers.runs import report_of
from tests.helpers.story import event_at

HASH = "c0ffee"


def test_before_the_verdict_nothing_is_claimed() -> None:
    record, content, state = hash_checks(event_at(5), HASH, None)
    assert (record.is_valid, state.is_valid) == (None, None)
    assert record.words == state.words == "not checked yet"
    assert content.hash == HASH


def test_a_sound_event_is_sound() -> None:
    record, content, state = hash_checks(event_at(5), HASH, report_of(10))
    assert (record.is_valid, content.is_valid, state.is_valid) == (True, None, True)
    assert record.hash == (b"h" * 32).hex()


def test_only_the_broken_event_is_called_broken() -> None:
    report = report_of(10, "INVALID", 5)
    assert hash_checks(event_at(5), HASH, report)[0].is_valid is False
    assert hash_checks(event_at(5), HASH, report)[0].words == "hash differs"
    assert hash_checks(event_at(6), HASH, report)[0].is_valid is True


def test_a_mismatch_is_the_states() -> None:
    report = replace(
        report_of(10),
        mismatches=(
            Finding(index=EventIndex(5), event_id="r:5", offset=0, problem="not\nreproduced", expected="a", actual="b"),
        ),
    )
    record, _, state = hash_checks(event_at(5), HASH, report)
    assert (record.is_valid, state.is_valid, state.words) == (True, False, "not reproduced")


def test_what_was_not_recorded_or_checked_says_so() -> None:
    assert hash_checks(replace(event_at(5), state_hash=None), HASH, report_of(10))[2].words == "not recorded"
    assert hash_checks(event_at(5), HASH, replace(report_of(10), state_hashes_checked=0))[2].words == "not checked"
    record, _, _ = hash_checks(event_at(5), HASH, replace(report_of(10), verdict=NOT_VERIFIABLE))
    assert record.is_valid is None
    assert record.words.startswith("not verifiable")
