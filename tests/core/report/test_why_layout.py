"""A report says why two runs came out differently before it says where they part."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from replay_gui.core.divergence.comparer import Comparer
from replay_gui.core.divergence.rules.rules import Rules
from replay_gui.core.reasons.why import WhyFinder
from replay_gui.core.report.building import run_part
from replay_gui.core.report.compared import comparison_part
from replay_gui.core.report.forms import FORMS
from replay_gui.core.report.model import Report
from replay_gui.core.report.redaction import SHARING_PROFILE, RedactionProfile, redact_report
from replay_gui.core.verification.verify_log import verify
from tests.core.reasons.scripts import Step, side_of, write_run

MAIL = "alice@example.org"
ASKED = Step("user", f"Cancel Z7GOZK and write to {MAIL} <b>*now*</b>.")
CANCEL = Step(tool="cancel_flight", input={"id": "Z7GOZK"}, answer="ok")
SEND = Step(tool="send_mail", input={"to": MAIL}, answer="ok")


@pytest.fixture
def report(tmp_path: Path) -> Report:
    sides = [
        side_of(write_run(tmp_path / f"{name}.rlog", steps, name == "b", f"run-{name}"))
        for name, steps in (("a", [ASKED, CANCEL]), ("b", [ASKED, CANCEL, SEND]))
    ]
    comparer = Comparer(sides[0], sides[1])
    comparison = comparer.compare()
    why = WhyFinder(sides[0], sides[1], ("first", "second")).find()
    parts = tuple(
        run_part(side.log, verify(side.log), "rlog", side.log.source.size, lambda done, total: None) for side in sides
    )
    part = comparison_part(comparer, comparison, Rules(), why)
    return Report(version="1", made=0, command="replay-gui diff", runs=parts, comparison=part)


@pytest.mark.parametrize("suffix", [".html", ".md"])
def test_why_stands_before_where(report: Report, suffix: str) -> None:
    text = FORMS[suffix](report).decode()
    why, did, where = (text.index(words) for words in ("Why first failed", "What each run did", "Where they part"))
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
def test_what_a_profile_hides_is_not_in_the_reasons(report: Report, suffix: str, profile: RedactionProfile) -> None:
    assert MAIL.encode() not in FORMS[suffix](redact_report(report, profile))
