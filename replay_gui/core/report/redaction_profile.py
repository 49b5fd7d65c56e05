"""Redaction profiles in TOML, which define what a report hides.

``presets`` (names below), ``patterns`` (regular expressions, as in rules), ``keys`` (names of members whose values are
hidden, in any spelling) and ``paths`` (JSON Pointers into payloads, ``*`` for any one token; each also hides everything
below it). The preset "keys" also hides the members that usually hold secrets.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from replay_gui.core.errors import LogUnreadable, PatternRefused, ProfileRefused
from replay_gui.core.text.patterns import ForeignPattern, OwnPattern, TextPattern
from replay_gui.core.text.toml_file import read_toml
from replay_gui.core.translation.messages import tr, translatable

_KEYS_PRESET = "keys"
PRESETS: Mapping[str, str] = {
    _KEYS_PRESET: r"(?:(?:sk|pk|rk)[-_](?=[A-Za-z0-9_\-]{0,200}\d)|ghp_|gho_|ghs_|ghu_|github_pat_|glpat-|xox[abprs]-"
    r"|hf_|npm_|AKIA|ASIA|AIza)[A-Za-z0-9_\-]{12,}"
    r"|eyJ[\w-]{8,1000}\.[\w-]{8,4000}\.[\w-]*"
    r"|-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----(?:(?!-----END)[\s\S])*(?:-----END [A-Z ]{0,40}PRIVATE KEY-----)?"
    r"|(?<=://)[^\s/:@]{1,100}:[^\s/@]{1,200}@"
    r"|(?i:\b(?:authorization|cookie)\b[\"'”]?\s{0,9}[:=]\s{0,9}[\"'“]?)[^\n\"”]+"
    r"|(?i:\b(?:bearer|basic)\s{1,9})[\w+/=.~-]{6,}"
    r"|(?i:(?<![\w-])[\w-]*(?:api[-_ ]?key|access[-_ ]?key|secret|token|password|passwd|passphrase)\b[\"'”]?)"
    r"(?:\s{0,9}[:=]\s{0,9}[\"'“]?[^\s\"'“”,;]+| [\"'“]?(?=[^\s\"'“”,;]{0,60}\d)[^\s\"'“”,;]{6,})",
    "e-mail": r"\b[\w.%+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+",
    "home folders": r"(?:/(?:var/|export/)?(?:home|Users)/|/mnt/[a-z]/Users/|\b[A-Za-z]:\\{1,8}Users\\{1,8})"
    r"[^/\\\n\"'“”:,;]{1,255}(?=[/\\])"
    r"|(?:/(?:var/|export/)?(?:home|Users)/|/mnt/[a-z]/Users/|\b[A-Za-z]:\\{1,8}Users\\{1,8})[^/\\\s\"'“”:,;]+"
    r"|(?<![\w.~/])~[a-z_][\w-]*|(?<![\w.])/root\b",
}
"""name: regular expression; linear in the length of the text."""

_SECRET_KEY = re.compile(
    r"password|passwd|passphrase|passcode|secret|apikey|accesskey|privatekey|signingkey|credential|authorization"
    r"|cookie|connectionstring|token$|^(?:pwd|auth|bearer|jwt|dsn|pin|otp|ssn|iban)$"
)
_NOT_OF_KEYS = re.compile(r"[^a-z0-9]+")
_MAX_KEY_LENGTH = 200  # characters of a key that are examined


@dataclass(frozen=True, slots=True)
class RedactionProfile:
    """A redaction profile. `name`: the name in a report. Other fields as in the file; patterns are checked."""

    name: str
    presets: tuple[str, ...] = ()
    patterns: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for preset in self.presets:
            if preset not in PRESETS:
                raise ProfileRefused(
                    tr(
                        "unknown preset {preset}; the presets are {presets}",
                        preset=repr(preset),
                        presets=", ".join(PRESETS),
                    )
                )
        for pattern in self.patterns:
            try:
                if ForeignPattern(pattern).covers(""):
                    raise ProfileRefused(tr("the pattern {pattern} matches the empty text", pattern=repr(pattern)))
            except PatternRefused as why:
                raise ProfileRefused(str(why)) from None
        for path in self.paths:
            if not path.startswith("/"):
                raise ProfileRefused(tr("the path {path} is not a JSON Pointer: it must begin with /", path=repr(path)))

    def text_patterns(self) -> tuple[TextPattern, ...]:
        """Return the patterns that are applied to every text, the presets first."""
        return (*(OwnPattern(PRESETS[name]) for name in self.presets), *map(ForeignPattern, self.patterns))

    def path_pattern(self) -> re.Pattern[str] | None:
        """Return all paths as one pattern that matches the hidden pointers, or None."""
        return re.compile("|".join(map(_pointer, self.paths))) if self.paths else None

    def hides_key(self, key: str) -> bool:
        """Return whether the value of a member with this key is always hidden."""
        name = _plain(key)
        if _KEYS_PRESET in self.presets and _SECRET_KEY.search(name):
            return True
        return any(_plain(hidden) == name for hidden in self.keys)

    def may_hide(self, path: str) -> bool:
        """Return whether a value at this JSON Pointer may be hidden; ``*`` in it means any items of lists."""
        tokens = [token for token in path.split("/")[1:] if token != "*"]
        return any(map(self.hides_key, tokens)) or any(_is_within(_names(hidden), tokens) for hidden in self.paths)


SHARING_PROFILE = RedactionProfile(translatable("for sharing"), presets=tuple(PRESETS))
"""The profile that is offered to users without their own."""


def read_profile(path: Path) -> RedactionProfile:
    """Return the profile in a TOML file; raise ProfileRefused, in one line, if it is invalid."""
    try:
        facts = read_toml(path)
    except LogUnreadable as why:
        raise ProfileRefused(str(why)) from None
    except ValueError as why:
        raise ProfileRefused(f"{path}: {why}") from None
    lists: dict[str, tuple[str, ...]] = {}
    for name in ("presets", "patterns", "paths", "keys"):
        value = facts.pop(name, [])
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise ProfileRefused(tr("{file}: {member} is not a list of strings", file=path, member=name))
        lists[name] = tuple(value)
    name = facts.pop("name", path.stem)
    if facts or not isinstance(name, str):
        wrong = ", ".join(facts) or "name"
        raise ProfileRefused(
            tr("{file}: {members}: a profile has name, presets, patterns, keys and paths", file=path, members=wrong)
        )
    try:
        return RedactionProfile(name, **lists)
    except ProfileRefused as why:
        raise ProfileRefused(f"{path}: {why}") from None


def _plain(key: str) -> str:
    """Return a key without differences of spelling: ``API-Key``, ``api_key`` and ``apiKey`` are equal."""
    return _NOT_OF_KEYS.sub("", key[:_MAX_KEY_LENGTH].lower())


def _pointer(path: str) -> str:
    tokens: Iterable[str] = path.split("/")[1:]
    return "".join(f"/{'[^/]*' if token == '*' else re.escape(token)}" for token in tokens) + r"(?:/|\Z)"


def _names(path: str) -> list[str]:
    return [token for token in path.split("/")[1:] if token != "*" and not token.isdecimal()]


def _is_within(some: list[str], tokens: list[str]) -> bool:
    """Return whether all of these tokens are among the others, in their order."""
    left = iter(tokens)
    return all(token in left for token in some)
