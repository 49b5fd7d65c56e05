"""A report as SARIF 2.1.0 (OASIS), for code scanning: each finding with its byte in the log."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import PurePath
from typing import Any
from urllib.parse import quote

from replay_gui.core.log.positions import position_after
from replay_gui.core.report.model import ComparisonPart, Report, RunPart, UnreadableRun
from replay_gui.core.report.words import checks
from replay_gui.core.text.clock import rfc3339_text
from replay_gui.core.text.plain_text import visible
from replay_gui.core.verification.verification_report import Finding

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_RULES = {
    "failure": ("error", "A record does not match its hash, its form or the record before it."),
    "mismatch": ("error", "Replay does not reproduce a recorded state."),
    "seal": ("error", "The seal does not match the log, or something follows it."),
    "anchor": ("error", "The log is not the one that was anchored."),
    "unread": ("error", "The file could not be read."),
    "not-checked": ("note", "Something that would strengthen the verdict was not checked."),
    "cause": ("error", "Two runs diverge here."),
}
_IDS = list(_RULES)
_RULE_OF = {"Seal": "seal", "End of the file": "seal", "Anchor": "anchor"}  # checks without findings


def sarif_report(report: Report) -> bytes:
    """Return the whole file, UTF-8."""
    results = [result for part in report.runs for result in _run_results(part)]
    results += map(_unread, report.unread)
    if report.comparison is not None:
        results += _comparison(report, report.comparison)
    run = {
        "tool": {"driver": {"name": "replay-gui", "version": report.version, "rules": list(map(_rule, _IDS))}},
        "invocations": [
            {
                "executionSuccessful": not report.unread,
                "endTimeUtc": (rfc3339_text(report.made) or "1970-01-01T00:00:00.000000000Z")[:23] + "Z",
            }
        ],
        "artifacts": [_artifact(part) for part in {part.verification.run: part for part in report.runs}.values()],
        "columnKind": "unicodeCodePoints",
        "results": results,
        "properties": {"lines": [part.verification.line for part in report.runs]},
    }
    form = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(form, indent=1).encode() + b"\n"


def _rule(name: str) -> dict[str, Any]:
    level, words = _RULES[name]
    return {"id": name, "shortDescription": {"text": words}, "defaultConfiguration": {"level": level}}


def _uri(path: str) -> str:
    """Return the name of a file as a relative or file URI."""
    pure = PurePath(visible(path))
    return pure.as_uri() if pure.is_absolute() else quote(pure.as_posix())


def _artifact(part: RunPart) -> dict[str, Any]:
    verification = part.verification
    return {
        "location": {"uri": _uri(verification.run)},
        "length": part.size,
        "hashes": {"blake3": verification.file_blake3},
        "mimeType": "application/octet-stream",
    }


def _result(rule: str, text: str, run: str, offset: int | None = None) -> dict[str, Any]:
    location: dict[str, Any] = {"artifactLocation": {"uri": _uri(run)}}
    if offset is not None:
        location["region"] = {"byteOffset": offset}
    return {
        "ruleId": rule,
        "ruleIndex": _IDS.index(rule),
        "level": _RULES[rule][0],
        "message": {"text": escaped_message(text)},
        "locations": [{"physicalLocation": location}],
    }


def _run_results(part: RunPart) -> Iterator[dict[str, Any]]:
    verification = part.verification
    for rule, findings, unlisted in (
        ("failure", verification.failures, verification.unlisted[0]),
        ("mismatch", verification.mismatches, verification.unlisted[1]),
    ):
        yield from (_result(rule, _words(finding), verification.run, finding.offset) for finding in findings)
        if unlisted:
            yield _result(rule, f"{unlisted:,} more are counted and not listed.", verification.run)
    for check in checks(part):
        if check.result == "failed" and check.what in _RULE_OF:
            yield _result(_RULE_OF[check.what], f"{check.what}: {check.words}", verification.run)
        elif check.result == "not checked":
            yield _result("not-checked", f"{check.what}: {check.words}", verification.run)


def _words(finding: Finding) -> str:
    hashes = "" if finding.expected is None else f" Expected {finding.expected}, found {finding.actual}."
    return f"Event {position_after(finding.index):,} ({finding.event_id}): {finding.problem}.{hashes}"


def _unread(unread: UnreadableRun) -> dict[str, Any]:
    return _result("unread", unread.why, unread.run)


def _comparison(report: Report, comparison: ComparisonPart) -> Iterator[dict[str, Any]]:
    run = report.runs[0].verification.run
    for cause in comparison.causes:
        yield _result("cause", f"{cause.headline}: {cause.details} ({cause.event_id})", run)
    if comparison.diverged and not comparison.causes:
        words = f"{comparison.total:,} divergences." if comparison.total else "Their outcomes differ."
        yield _result("cause", words, run)


def escaped_message(text: str) -> str:
    """Return the text of a message, in which brackets would be links and braces placeholders (SARIF 3.11.5, 3.11.6)."""
    words = visible(text).replace("\\", "\\\\").replace("{", "{{").replace("}", "}}")
    return words.replace("[", "\\[").replace("]", "\\]")
