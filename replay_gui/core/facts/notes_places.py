"""The places of the notes that count for a run: beside its log, if its folder is allowed, or in the user's folder."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

import msgspec
from blake3 import blake3

from replay_gui.core.path_kinds import is_file
from replay_gui.core.translation.messages import trn

SUFFIX = ".notes.toml"

_MAX_NAME_BYTES = 120


def notes_beside(log: Path, run: str = "") -> Path:
    """Return the path of a run's notes, which need not exist: ``run.rlog.notes.toml``.

    Args:
        run: the number of the run in a file that holds several, as a text: ``trials.json.3.notes.toml``.
    """
    return log.parent / (f"{log.name}.{run}{SUFFIX}" if run else log.name + SUFFIX)


class NotesPlaces(msgspec.Struct, frozen=True):
    """Attributes: own: the user's folder of notes, or "". allowed: real paths of folders that the user has allowed."""

    own: str = ""
    allowed: tuple[str, ...] = ()

    def own_notes(self, log: Path, run: str = "") -> Path:
        """Return the path of a run's notes in the user's folder; `run` as in notes_beside."""
        place = os.fsencode(os.path.realpath(log)) + b"\0" + run.encode()
        return Path(self.own) / f"{_short_name(log)}.{blake3(place).hexdigest(length=8)}{SUFFIX}"

    def allows(self, log: Path) -> bool:
        """Return whether notes beside this log count."""
        return os.path.realpath(log.parent) in self.allowed

    def counting(self, log: Path, run: str = "") -> tuple[str, ...]:
        """Return the paths of the notes that count for a run, which need not exist, as `joined_notes` takes them."""
        beside = (str(notes_beside(log, run)),) if self.allows(log) else ()
        return (*beside, str(self.own_notes(log, run))) if self.own else beside

    def unused(self, log: Path, run: str = "") -> str:
        """Return the path of notes beside a log that do not count, because its folder is not allowed; "" if none."""
        beside = notes_beside(log, run)
        return str(beside) if not self.allows(log) and os.path.lexists(beside) else ""

    def files_of(self, log: Path) -> list[Path]:
        """Return the files that may hold notes which count for a run of the file."""
        folders = {log.parent: log.name} if self.allows(log) else {}
        if self.own:
            folders[Path(self.own)] = _short_name(log)
        found = [path for folder, name in folders.items() for path in folder.glob(f"{_escaped(name)}*{SUFFIX}")]
        return sorted(path for path in found if is_file(path))


def unused_notes_words(unused: Iterable[str]) -> str:
    """Return the sentence that notes beside runs do not count; "" if there are none.

    `unused`: what NotesPlaces.unused returned for each run.
    """
    count = sum(map(bool, unused))
    return (
        trn(
            "notes beside {n} run are not used: the files beside these logs are not allowed",
            "notes beside {n} runs are not used: the files beside these logs are not allowed",
            count,
        )
        if count
        else ""
    )


NO_PLACES = NotesPlaces()
"""No notes are used."""


def _short_name(log: Path) -> str:
    return os.fsdecode(os.fsencode(log.name)[:_MAX_NAME_BYTES])


def _escaped(name: str) -> str:
    return "".join(f"[{character}]" if character in "*?[" else character for character in name)
