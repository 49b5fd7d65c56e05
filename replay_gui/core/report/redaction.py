"""The last pass over all texts of a redacted report. Hashes and counts are unchanged.

Contents of payloads are hidden earlier, before sentences are made of them (see Redactor); this pass hides names, ids,
paths of files and all other texts of the report.
"""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from typing import Any

from replay_gui.core.report.model import RedactionNote, Report
from replay_gui.core.report.redactor import Redactor

# A redacted report still needs hashes for checks; the other fields contain only the program's own words.
_FIELDS_KEPT = frozenset(
    (
        "head", "state_hash", "file_blake3", "stored_hash", "recorded_state", "expected", "actual", "signed_by",
        "verdict", "seal", "origin", "version",
    )
)  # fmt: skip


def redact_report(report: Report, redactor: Redactor) -> Report:
    """Return the redacted report, with a note of the profile and the number of changed texts."""
    shown: Report = _shown(report, redactor)
    return replace(shown, redaction=RedactionNote(redactor.profile.name, redactor.changed))


def _shown(value: Any, redactor: Redactor) -> Any:
    if type(value) is str:  # members of an enumeration are the program's own words
        return redactor.text(value)
    if isinstance(value, tuple):
        shown = tuple(_shown(item, redactor) for item in value)
        return value if all(new is old for new, old in zip(shown, value, strict=True)) else shown
    if not is_dataclass(value) or isinstance(value, type):
        return value
    parts: dict[str, Any] = {}
    for field in fields(value):
        if field.name not in _FIELDS_KEPT:
            old = getattr(value, field.name)
            new = _shown(old, redactor)
            if new is not old:
                parts[field.name] = new
    return replace(value, **parts) if parts else value
