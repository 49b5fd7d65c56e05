"""A report as canonical JSON: all fields of the model, unshortened."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from replay_gui.core.report.canonical_json import canonical_json
from replay_gui.core.report.model import ComparisonPart, Report, RunPart
from replay_gui.core.report.words import checks, failures, mismatches, report_words, verdict_words
from replay_gui.core.text.clock import rfc3339_text
from replay_gui.core.verification.verification_report import verification_form

SCHEMA = "replay-gui report 1"


def json_report(report: Report) -> bytes:
    """Return the whole file. Times are RFC 3339 with nanoseconds: as numbers they would be too large for JSON."""
    verdict, _, words = report_words(report)
    return canonical_json(
        _with_valid_unicode(
            {
                "schema": SCHEMA,
                "program": "replay-gui",
                "version": report.version,
                "made": rfc3339_text(report.made),
                "command": report.command,
                "verdict": verdict,
                "words": words,
                "runs": [_run(part) for part in report.runs],
                "unread": [asdict(unread) for unread in report.unread],
                "comparison": None if report.comparison is None else _comparison(report.comparison),
                **({} if report.contrast is None else {"contrast": asdict(report.contrast)}),
                "redaction": None if report.redaction is None else asdict(report.redaction),
            }
        )
    )


def _with_valid_unicode(value: Any) -> Any:
    """Return the value with lone surrogates, which names of files may contain, escaped."""
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode()
    if isinstance(value, dict):
        return {_with_valid_unicode(name): _with_valid_unicode(member) for name, member in value.items()}
    return [_with_valid_unicode(item) for item in value] if isinstance(value, list | tuple) else value


def _comparison(part: ComparisonPart) -> dict[str, Any]:
    form = asdict(part)
    for item in (*form["causes"], *form["points"]):
        item["position"], item["position_b"] = item.pop("index_a"), item.pop("index_b")
    if form["why"] is not None:
        for item in form["why"]["reasons"]:
            item["position"], item["position_b"] = item.pop("index_a"), item.pop("index_b")
            for origin in item["origins"]:
                origin["position"] = origin.pop("index")
        for item in form["why"]["actions"]:
            item["positions"], item["positions_b"] = item.pop("requests_a"), item.pop("requests_b")
    return form


def _run(part: RunPart) -> dict[str, Any]:
    form = asdict(part)
    verification = form["verification"] = verification_form(part.verification)
    del verification["unlisted"]
    verification |= {
        "line": part.verification.line,
        "failures_total": failures(part),
        "mismatches_total": mismatches(part),
    }
    facts = form["facts"]
    facts["kinds"] = dict(part.facts.kinds)
    facts["duration"] = None if part.facts.duration is None else str(part.facts.duration)  # ns
    for name in ("first_time", "last_time"):
        facts[name] = rfc3339_text(facts[name])
    if form["broken"] is not None:
        form["broken"]["position"] = form["broken"].pop("index")
        form["broken"]["time"] = rfc3339_text(form["broken"]["time"])
        form["broken"]["members"] = [{"path": path, "value": value} for path, value in form["broken"]["members"]]
    if form["diagnosis"] is not None:
        form["diagnosis"] = {name: str(form["diagnosis"][name]) for name in ("damage", "words")}
    if part.noted:
        form["noted"] = [{"position": one.first, "last": one.last, "text": one.text} for one in part.noted]
    else:
        del form["noted"]
    form["checks"] = [asdict(check) for check in checks(part)]
    form["words"] = verdict_words(part)
    return form
