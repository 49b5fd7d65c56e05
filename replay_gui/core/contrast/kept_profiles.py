"""The cache of profiles: a run that was read for a contrast before is not read again.

A profile is kept by the BLAKE3 of its log, and by the user's rules for calls. The effect of a tool may depend on the
other runs at hand, so the latest profile is kept, and what another one is made of.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import msgspec

from replay_gui.core.cache_budget import CACHE_BUDGET_BYTES, entry_of, is_own, remove_least_used
from replay_gui.core.contrast.run_profile import RunProfile
from replay_gui.core.effects.effect import Effect, EffectFinding
from replay_gui.core.effects.observed import EffectEvidence
from replay_gui.core.index.hashed_file import read_hashed, write_hashed
from replay_gui.version import VERSION

_FORM = f"{VERSION}/14"  # raise it when profiles, or the effects of calls, are defined differently


class KeptProfile(msgspec.Struct, frozen=True, kw_only=True):
    """What was read from a log, without the facts of the files beside it.

    Attributes:
        evidence: what the run shows of its tools. unknown: those whose effect further runs may show, sorted.
        calls: packed, to make the profile by other effects of these tools; b"" if there are none.
        effects: of these tools, by which the profile was made. profile: None if it was not made yet.
    """

    evidence: EffectEvidence = EffectEvidence()
    unknown: tuple[str, ...] = ()
    calls: bytes = b""
    effects: dict[str, Effect] = {}
    profile: RunProfile | None = None

    def effects_by(self, observed: Mapping[str, EffectFinding]) -> dict[str, Effect]:
        """Return the effects of the unknown tools."""
        return {tool: observed[tool].effect for tool in self.unknown if tool in observed}


class _Entry(msgspec.Struct, frozen=True, kw_only=True):
    """`content`: BLAKE3 of the log, in hex. `rules`: the digest of the rules for calls, see CallRules."""

    form: str
    content: str
    rules: str
    kept: KeptProfile


class ProfileCache:
    """The profiles in a folder, a file each, which other users cannot read. Without a folder nothing is kept."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._has_written = False

    def read(self, content: str, rules: str = "") -> KeptProfile | None:
        """Return what is kept of the log with this BLAKE3, hex; None if nothing is, or it is damaged.

        `rules`: the digest of those by which it was read, see CallRules.
        """
        if self._folder is None:
            return None
        file = self._folder / _name(content, rules)
        try:
            if not is_own(self._folder):
                return None
            entry = read_hashed(file, _Entry)
        except (OSError, ValueError, msgspec.MsgspecError):
            return None
        if (entry.form, entry.content, entry.rules) != (_FORM, content, rules):
            return None
        with suppress(OSError):  # the cache is read-only
            os.utime(file)
        return entry.kept

    def write(self, content: str, kept: KeptProfile, rules: str = "") -> None:
        """Keep what was read of a log by these rules; nothing if it cannot be written or encoded."""
        if self._folder is None:
            return
        with suppress(OSError, UnicodeEncodeError, OverflowError):  # then it is read again the next time
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            entry = _Entry(form=_FORM, content=content, rules=rules, kept=kept)
            write_hashed(self._folder / _name(content, rules), entry)
            self._has_written = True

    def write_profile(self, content: str, effects: dict[str, Effect], profile: RunProfile, rules: str = "") -> None:
        """Replace the profile of a log that is kept by the one that these effects of its tools give."""
        kept = self.read(content, rules)
        if kept is not None:
            self.write(content, msgspec.structs.replace(kept, effects=effects, profile=profile), rules)

    def prune(self, budget: int = CACHE_BUDGET_BYTES) -> None:
        """Remove the least recently used profiles beyond `budget` bytes, if any were added."""
        if self._folder is not None and self._has_written:
            remove_least_used((entry for entry in map(entry_of, self._folder.iterdir()) if entry is not None), budget)


def _name(content: str, rules: str) -> str:
    return f"{content}-{rules}" if rules else content


NO_CACHE = ProfileCache(None)
"""Keeps nothing."""
