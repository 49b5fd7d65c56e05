"""Every log of the format's test vectors gets exactly the verdict that cases.json gives it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from replay_gui import EventLog, ReplayEngine
from replay_gui.core.errors import LogRefused
from tests.helpers.paths import VECTORS

CASES: dict[str, dict[str, Any]] = json.loads((VECTORS / "cases.json").read_text("utf-8"))


def test_every_vector_has_a_case() -> None:
    assert {path.stem for path in VECTORS.glob("*.rlog")} == set(CASES)


@pytest.mark.parametrize("name", sorted(CASES))
def test_vector(name: str) -> None:
    case = CASES[name]
    path = VECTORS / f"{name}.rlog"
    if case["exit"] == 2:
        with pytest.raises(LogRefused, match=str(path)):
            EventLog.open(path)
        return
    with EventLog.open(path) as log:
        report = ReplayEngine(log).verify()
    found = {
        "events": report.events,
        "failures": [finding.index for finding in report.failures],
        "mismatches": [finding.index for finding in report.mismatches],
        "line": report.line,
        "seal": report.seal,
        "head": report.head,
        "state_hash": report.state_hash,
        "state_hashes": report.state_hashes,
        "skipped_bytes": report.skipped_bytes,
        "tail_bytes": report.tail_bytes,
        "exit": 0 if report.verdict == "VALID" else 1,
    }
    assert found == {key: case[key] for key in found}
