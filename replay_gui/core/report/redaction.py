"""Redaction: replaces the parts of a report that a profile hides. Hashes and counts stay.

A profile is TOML: ``presets`` (names below), ``patterns`` (regular expressions) and ``paths`` (JSON Pointers into
payloads, ``*`` for any one token; each also hides everything below it).

Patterns are applied to every text of a report. With paths, quotations in explanations and the summary of the broken
event are hidden as well, because they may quote a hidden value.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

from replay_gui.core.errors import LogUnreadable, ProfileRefused
from replay_gui.core.log.source import read_beginning
from replay_gui.core.reasons.why_result import ActionRow
from replay_gui.core.report.model import (
    BrokenEvent,
    ContrastedTask,
    DifferencePart,
    PictureColumnPart,
    ReasonPart,
    RedactionNote,
    Report,
    SeparatorPart,
)

REDACTED = "[redacted]"
PRESETS: Mapping[str, str] = {
    "keys": r"\b(?:(?:sk|pk|rk)[-_](?=[A-Za-z0-9_\-]*\d)|ghp_|gho_|ghs_|ghu_|github_pat_|glpat-|xox[abprs]-|hf_|npm_"
    r"|AKIA|ASIA|AIza)[A-Za-z0-9_\-]{12,}"
    r"|\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*"
    r"|-----BEGIN [A-Z ]*PRIVATE KEY-----(?:(?!-----END)[\s\S])*(?:-----END [A-Z ]*PRIVATE KEY-----)?"
    r"|(?i:\b(?:bearer|basic)\s+)[\w+/=.~-]{6,}"
    r"|(?i:[\w-]*(?:api[-_ ]?key|access[-_ ]?key|secret|token|password|passwd)\b[\"'”]?\s*[:= ]\s*[\"'“]?)"
    r"[^\s\"'“”,;]{6,}",
    "e-mail": r"\b[\w.%+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+",
    "home folders": r"(?:/(?:var/|export/)?(?:home|Users)/|/mnt/[a-z]/Users/|\b[A-Za-z]:\\+Users\\+)"
    r"[^/\\\n\"'“”:,;]+(?=[/\\])"
    r"|(?:/(?:var/|export/)?(?:home|Users)/|/mnt/[a-z]/Users/|\b[A-Za-z]:\\+Users\\+)[^/\\\s\"'“”:,;]+"
    r"|(?<![\w.~/])~[a-z_][\w-]*|(?<![\w.])/root\b",
}
"""name: regular expression."""

# A redacted report still needs hashes to be checked; the other fields contain only the program's own words.
_FIELDS_KEPT = frozenset(
    ("head", "state_hash", "file_blake3", "stored_hash", "recorded_state", "verdict", "seal", "origin", "version")
)
_HASH = re.compile(r"[0-9a-f]{32,128}")
_QUOTED = re.compile(r"“[^”]*(?:”|$)")
_T = TypeVar("_T")
_Quoting: TypeAlias = SeparatorPart | ContrastedTask | PictureColumnPart


@dataclass(frozen=True)
class RedactionProfile:
    """What is hidden. `name`: the name in a report. Other fields as in the profile's file; patterns are checked."""

    name: str
    presets: tuple[str, ...] = ()
    patterns: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for preset in self.presets:
            if preset not in PRESETS:
                raise ProfileRefused(f"unknown preset {preset!r}; the presets are {', '.join(PRESETS)}")
        for pattern in self.patterns:
            try:
                if re.compile(pattern).fullmatch(""):
                    raise ProfileRefused(f"the pattern {pattern!r} matches the empty text")
            except (re.error, OverflowError, RecursionError) as why:
                raise ProfileRefused(f"the pattern {pattern!r} is not a regular expression: {why}") from None
        for path in self.paths:
            if not path.startswith("/"):
                raise ProfileRefused(f"the path {path!r} is not a JSON Pointer: it must begin with /")

    @cached_property
    def text(self) -> re.Pattern[str] | None:
        """All patterns as one, or None."""
        every = [*(PRESETS[preset] for preset in self.presets), *self.patterns]
        return re.compile("|".join(f"(?:{pattern})" for pattern in every)) if every else None

    @cached_property
    def path(self) -> re.Pattern[str] | None:
        """All paths as one pattern, or None."""
        every = [_pointer(path) for path in self.paths]
        return re.compile("|".join(every)) if every else None


SHARING_PROFILE = RedactionProfile("for sharing", presets=tuple(PRESETS))
"""The profile that is offered to users without their own."""


_MAX_PROFILE_BYTES = 1 << 20  # bytes


def read_profile(path: Path) -> RedactionProfile:
    """Return the profile in a TOML file; ProfileRefused, in one line, where it is not valid."""
    try:
        facts = tomllib.loads(read_beginning(path, _MAX_PROFILE_BYTES).decode())
    except LogUnreadable as why:
        raise ProfileRefused(str(why)) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as why:
        raise ProfileRefused(f"{path}: not TOML: {why}") from None
    lists: dict[str, tuple[str, ...]] = {}
    for name in ("presets", "patterns", "paths"):
        value = facts.pop(name, [])
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise ProfileRefused(f"{path}: {name} is not a list of strings")
        lists[name] = tuple(value)
    name = facts.pop("name", path.stem)
    if facts or not isinstance(name, str):
        wrong = ", ".join(facts) or "name"
        raise ProfileRefused(f"{path}: {wrong}: a profile has name, presets, patterns and paths")
    try:
        return RedactionProfile(name, **lists)
    except ProfileRefused as why:
        raise ProfileRefused(f"{path}: {why}") from None


def redact_report(report: Report, profile: RedactionProfile) -> Report:
    """Return the report without what the profile hides, with a note of the profile and the number of changed texts."""
    work = _Redaction(profile)
    changed: Report = replace(
        report,
        command=work.redact_text(report.command),
        runs=tuple(map(work.redact_value, report.runs)),
        unread=tuple(map(work.redact_value, report.unread)),
        comparison=work.redact_value(report.comparison),
        contrast=work.redact_value(report.contrast),
    )
    return replace(changed, redaction=RedactionNote(profile.name, work.changed))


class _Redaction:
    """One pass over a report. `changed`: number of texts that it changed."""

    def __init__(self, profile: RedactionProfile) -> None:
        self._profile = profile
        self.changed = 0

    def redact_value(self, value: Any) -> Any:
        if type(value) is str:  # members of an enumeration are the program's own words
            return self.redact_text(value)
        if isinstance(value, tuple):
            return tuple(map(self.redact_value, value))
        if not is_dataclass(value) or isinstance(value, type):
            return value
        if isinstance(value, DifferencePart):
            value = self._difference(value)
        elif isinstance(value, BrokenEvent):
            value = self._broken(value)
        elif isinstance(value, SeparatorPart | ContrastedTask | PictureColumnPart) and self._profile.paths:
            value = self._quoting(value)
        elif isinstance(value, ReasonPart):
            value = self._reason(value)
        elif isinstance(value, ActionRow) and self._profile.paths:
            value = replace(value, text_a=self._hidden(value.text_a), text_b=self._hidden(value.text_b))
        parts: dict[str, Any] = {}
        for field in fields(value):
            if field.name not in _FIELDS_KEPT:
                old = getattr(value, field.name)
                new = self._explained(field.name, self.redact_value(old))
                if new is not old:
                    parts[field.name] = new
        return replace(value, **parts) if parts else value

    def redact_text(self, text: str) -> str:
        if self._profile.text is None or _HASH.fullmatch(text):
            return text
        return self._counted(text, self._profile.text.sub(REDACTED, text))

    def _explained(self, name: str, value: _T) -> _T | str:
        """Hide quotations in explanations where the profile has paths."""
        if self._profile.paths and name in ("headline", "details", "diff") and isinstance(value, str):
            return self._counted(value, _QUOTED.sub(REDACTED, _after_colon(value)))
        return value

    def _difference(self, part: DifferencePart) -> DifferencePart:
        if not self._hides(part.path):
            return part
        a, b = (None if value is None else self._counted(value, REDACTED) for value in (part.a, part.b))
        return replace(part, a=a, b=b)

    def _broken(self, event: BrokenEvent) -> BrokenEvent:
        if not self._profile.paths:
            return event
        members = tuple(
            (path, self._counted(value, REDACTED) if self._hides(path) else value) for path, value in event.members
        )
        return replace(event, members=members, summary=self._counted(event.summary, REDACTED))

    def _quoting(self, part: _Quoting) -> _Quoting:
        """Hide sentences that may quote a hidden value; of what separates, the kind and the counts stay."""
        if isinstance(part, SeparatorPart):
            also = tuple(self._counted(words, REDACTED) for words in part.also)
            return replace(part, sentence=self._counted(part.sentence, f"{part.kind}: {REDACTED}"), also=also)
        if isinstance(part, ContrastedTask):
            return replace(part, first=self._counted(part.first, REDACTED if part.first else ""))
        return replace(part, call=self._counted(part.call, REDACTED))

    def _reason(self, part: ReasonPart) -> ReasonPart:
        """Hide the words of a reason where the profile has paths: any of them may be a hidden value."""
        if not self._profile.paths:
            return part
        origins = tuple(replace(origin, value=self._hidden(origin.value)) for origin in part.origins)
        details = tuple(map(self._hidden, part.details))
        return replace(part, sentence=self._hidden(part.sentence), details=details, origins=origins)

    def _hidden(self, text: str) -> str:
        return self._counted(text, REDACTED) if text else text

    def _hides(self, path: str) -> bool:
        return self._profile.path is not None and self._profile.path.match(path) is not None

    def _counted(self, old: str, new: str) -> str:
        self.changed += old != new
        return new


def _after_colon(text: str) -> str:
    """Hide the values in ``path: value against value``: numbers there have no quotation marks."""
    return re.sub(r"(: )[^“”]*? against [^“”;·]*", rf"\1{REDACTED}", text)


def _pointer(path: str) -> str:
    tokens: Iterable[str] = path.split("/")[1:]
    return "".join(f"/{'[^/]*' if token == '*' else re.escape(token)}" for token in tokens) + r"(?:/|\Z)"
