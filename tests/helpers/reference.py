"""The independent reader of the log format (tests/reference), and its and the package's findings about a log."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from typing import Any

from replay_gui import EventLog, VerificationReport
from replay_gui.core.errors import LogRefused
from replay_gui.core.log.positions import Position
from replay_gui.core.replay.replayer import Replayer
from replay_gui.core.verification.verify_log import verify
from tests.helpers.paths import TESTS

_CHECKER = TESTS / "reference" / "replay_log_check.py"


def _load() -> Any:
    spec = importlib.util.spec_from_file_location("replay_log_check", _CHECKER)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


reference: Any = _load()
"""The reader's module; it has no type annotations."""


def report_on(path: Path) -> VerificationReport:
    """Verify a log with the package, and read and replay all of it."""
    with EventLog.open(path) as log:
        report = verify(log)
        assert len(log) == report.events
        assert [event.index for event in log] == list(range(report.events))
        Replayer(log).state_at(Position(report.events))
        return report


def judgement(path: Path) -> dict[str, Any] | None:
    """Return the findings of the package about a log, or None if it refuses it."""
    try:
        report = report_on(path)
    except LogRefused:
        return None
    return {
        "events": report.events,
        "failures": [finding.index for finding in report.failures],
        "mismatches": [finding.index for finding in report.mismatches],
        "state_hashes": report.state_hashes,
        "seal": report.seal,
        "tail_bytes": report.tail_bytes,
        "skipped_bytes": report.skipped_bytes,
        "head": report.head,
        "state_hash": report.state_hash,
        "line": report.line,
    }


def reference_judgement(path: Path) -> dict[str, Any] | None:
    """Return the findings of the independent reader about a log, in the form of `judgement`."""
    try:
        line, facts = reference.verify(str(path))
    except reference.Refused:
        return None
    found: dict[str, Any] = json.loads(json.dumps({**facts, "line": line}))
    return found
