"""The user's mappings, kept in a JSON file. The key is the set of member names in the records."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from replay_gui.core.atomic_file import write_whole
from replay_gui.core.errors import LogUnreadable
from replay_gui.core.importers.generic.mapping import Mapping
from replay_gui.core.log.source import read_beginning
from replay_gui.core.path_kinds import reason_of
from replay_gui.core.translation.messages import tr

_MAX_FILE_BYTES = 1 << 22


class _Saved(msgspec.Struct):
    members: list[str]
    mapping: dict[str, str]


def members_of(records: Sequence[dict[str, Any]]) -> list[str]:
    """Return the names of all members of the records, sorted."""
    return sorted({str(name) for record in records for name in record})


def saved_mapping(file: str | os.PathLike[str], records: Sequence[dict[str, Any]]) -> Mapping | None:
    """Return the saved mapping for records with exactly these members; None if there is none.

    Raises LogUnreadable if the file exists and cannot be read: a mapping of the user is never ignored silently.
    """
    members = members_of(records)
    return next((Mapping(**saved.mapping) for saved in _read(Path(file)) if saved.members == members), None)


def save_mapping(file: str | os.PathLike[str], records: Sequence[dict[str, Any]], mapping: Mapping | None) -> None:
    """Save a mapping for records with these members, or delete it (None).

    Raises NotWritten or LogUnreadable if the file cannot be written or read."""
    path, members = Path(file), members_of(records)
    others = [saved for saved in _read(path) if saved.members != members]
    added = [] if mapping is None else [_Saved(members, mapping.facts())]
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as why:
        raise LogUnreadable(
            tr("{folder}: cannot be made: {reason}", folder=path.parent, reason=reason_of(why))
        ) from None
    write_whole(path, msgspec.json.format(msgspec.json.encode([*others, *added]), indent=2))


def _read(path: Path) -> list[_Saved]:
    if not os.path.lexists(path):
        return []
    try:
        raw = read_beginning(path, _MAX_FILE_BYTES + 1)
        if len(raw) > _MAX_FILE_BYTES:
            raise LogUnreadable(
                tr(
                    "{path}: is larger than {limit} MiB, the limit for mappings; remove it",
                    path=path,
                    limit=_MAX_FILE_BYTES >> 20,
                )
            )
        saved = msgspec.json.decode(raw, type=list[_Saved])
        for entry in saved:
            Mapping(**entry.mapping)
        return saved
    except (msgspec.MsgspecError, UnicodeDecodeError, TypeError) as why:
        raise LogUnreadable(
            tr("{path}: the mappings cannot be read ({reason}); correct the file, or remove it", path=path, reason=why)
        ) from None
