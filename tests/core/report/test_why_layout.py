"""A report says why two runs differ before it says where they diverge."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from replay_gui.core.divergence.comparer import Comparer
from replay_gui.core.divergence.rules.rules import Rules
from replay_gui.core.reasons.why import WhyFinder
from replay_gui.core.report.building import run_part
from replay_gui.core.report.compared import comparison_part
from replay_gui.core.report.forms import FORMS
from replay_gui.core.report.model import Report
from replay_gui.core.report.redaction import redact_report
from replay_gui.core.report.redaction_profile import SHARING_PROFILE, RedactionProfile
from replay_gui.core.report.redactor import Redactor
from replay_gui.core.verification.verify_log import verify
from tests.core.reasons.scripts import Step, side_of, write_run

MAIL = "alice@example.org"
ASKED = Step("user", f"Cancel Z7GOZK and write to {MAIL} <b>*now*</b>.")
CANCEL = Step(tool="cancel_flight", input={"id": "Z7GOZK"}, answer="ok")
SEND = Step(tool="send_mail", input={"to": MAIL}, answer="ok")


def made(folder: Path, profile: RedactionProfile | None) -> Report:
    """The report of two runs, without what a profile hides."""
    redactor = None if profile is None else Redactor(profile)
    sides = [
        side_of(write_run(folder / f"{name}.rlog", steps, name == "b", f"run-{name}"))
        for name, steps in (("a", [ASKED, CANCEL]), ("b", [ASKED, CANCEL, SEND]))
    ]
    comparer = Comparer(sides[0], sides[1])
    comparison = comparer.compare(Rules(), redactor)
    why = WhyFinder(sides[0].redacted(redactor), sides[1].redacted(redactor), ("first", "second")).find()
    parts = tuple(
        run_part(side.log, verify(side.log), "rlog", side.log.source.size, lambda done, of: None, redactor=redactor)
        for side in sides
    )
    part = comparison_part(comparer, comparison, Rules(), why, redactor)
    whole = Report(version="1", made=0, command="replay-gui diff", runs=parts, comparison=part)
    return whole if redactor is None else redact_report(whole, redactor)


@pytest.fixture
def report(tmp_path: Path) -> Report:
    return made(tmp_path, None)


@pytest.mark.parametrize("suffix", [".html", ".md"])
def test_why_stands_before_where(report: Report, suffix: str) -> None:
    text = FORMS[suffix](report).decode()
    why, did, where = (text.index(words) for words in ("Why first failed", "What each run did", "Where they diverge"))
    assert why < did < where
    assert "first never sent mail alice" in text


def test_json_has_the_reasons_and_the_actions(report: Report) -> None:
    why = json.loads(FORMS[".json"](report))["comparison"]["why"]
    assert [(reason["kind"], reason["position"], reason["position_b"]) for reason in why["reasons"]] == [
        ("missing", None, 4)
    ]
    assert [origin["position"] for origin in why["reasons"][0]["origins"]] == [1]
    assert [(row["tool"], row["positions"], row["positions_b"]) for row in why["actions"]] == [
        ("cancel_flight", [2], [2]),
        ("send_mail", [], [4]),
    ]


@pytest.mark.parametrize("suffix", list(FORMS))
@pytest.mark.parametrize("profile", [SHARING_PROFILE, RedactionProfile("mine", paths=("/input/to", "/data"))])
def test_what_a_profile_hides_is_not_in_the_reasons(tmp_path: Path, suffix: str, profile: RedactionProfile) -> None:
    hidden = made(tmp_path, profile)
    assert MAIL.encode() not in FORMS[suffix](hidden)
    assert hidden.comparison is not None
    assert hidden.comparison.why is not None
    (reason,) = hidden.comparison.why.reasons
    assert re.fullmatch(r"first never sent mail \[redacted \d\]; second did \(event 5\)\.", reason.sentence)
    assert not any("never said" in detail or "itself" in detail for detail in reason.details)
