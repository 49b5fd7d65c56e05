from __future__ import annotations

from dataclasses import replace

import pytest

from replay_gui.core.log.positions import EventIndex
from replay_gui.core.verification.verification_report import Finding, VerificationReport
from replay_gui.engine.answers import Progress
from replay_gui.models.run.verdict_words import verdict_of
from tests.helpers.runs import report_of


@pytest.mark.parametrize(
    ("report", "progress", "tone", "text"),
    [
        (None, None, "raised", "Not checked"),
        (None, Progress("Verifying", 0, 0, None), "raised", "Checking…"),
        (None, Progress("Verifying", 45, 100, None), "raised", "Checking… 45 %"),
        (None, Progress("Verifying", 100, 100, None), "raised", "Checking… 99 %"),  # done when the report says so
        (report_of(1523), None, "good", "VALID · 1,523 of 1,523 events"),
        (report_of(1523), Progress("Indexing", 1, 2, None), "good", "VALID · 1,523 of 1,523 events"),
        (replace(report_of(9), origin="imported"), None, "good", "VALID since import"),
        (report_of(1523, "INVALID", 411), None, "bad", "INVALID · first at event 412"),
        (report_of(9, "INVALID"), None, "bad", "INVALID"),
        (report_of(9, "NOT VERIFIABLE"), None, "warn", "NOT VERIFIABLE"),
    ],
)
def test_badge(report: VerificationReport | None, progress: Progress | None, tone: str, text: str) -> None:
    verdict = verdict_of(report, progress)
    assert (verdict.tone, verdict.text) == (tone, text)


def test_a_run_without_hashes_need_not_be_checked_to_say_so() -> None:
    for progress in (None, Progress("Converting", 34, 100, None)):
        verdict = verdict_of(None, progress, has_hashes=False)
        assert (verdict.tone, verdict.text) == ("warn", "NOT VERIFIABLE")
    assert verdict_of(report_of(9, "INVALID"), None, has_hashes=False).text == "INVALID"


def test_a_run_of_another_format_is_not_marked_as_bad() -> None:
    for report in (None, report_of(9, "NOT VERIFIABLE")):
        verdict = verdict_of(report, None, has_hashes=False, imported_from="Claude\u202e Code")
        assert (verdict.tone, verdict.text) == ("raised", "Imported from Claude\\u202e Code")
        assert "no hashes" in verdict.detail or "NOT VERIFIABLE" in verdict.detail
    assert verdict_of(report_of(9, "INVALID"), None, has_hashes=False, imported_from="X").text == "INVALID"
    assert verdict_of(report_of(9, "NOT VERIFIABLE"), None, imported_from="X").text == "NOT VERIFIABLE"


def test_the_detail_names_the_first_findings_and_counts_the_rest() -> None:
    findings = tuple(
        Finding(
            index=EventIndex(place),
            event_id=f"r:{place}",
            offset=place,
            problem="hash differs",
            expected="ab" * 32 if place == 400 else None,
            actual="cd" * 32 if place == 400 else None,
        )
        for place in range(400, 408)
    )
    report = replace(report_of(1523, "INVALID"), failures=findings, notes=("the tail is torn",), tail_bytes=1234)
    detail = verdict_of(report, None).detail
    assert detail.startswith(report.line)
    assert "the tail is torn" in detail
    assert "1,234 bytes left over" in detail
    assert "Event 401 (r:400): hash differs" in detail
    assert "… and 3 more" in detail
    assert f"found {' '.join(['cdcdcdcd'] * 8)}" in detail, "a line can be broken in it"


def test_what_a_log_says_cannot_disturb_the_text() -> None:
    report = replace(report_of(9, "INVALID", 3), notes=("evil\u202e\nnote",))
    assert "\u202e" not in verdict_of(report, None).detail
