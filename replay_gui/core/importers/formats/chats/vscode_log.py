"""The log of changes in which VS Code keeps a chat session: its first line is the session, the others change it.

A line is ``{kind, k, v, i}``: kind 0 is the whole session `v`; 1 sets the member at the path `k`; 2 cuts the list there
to the length `i`, if given, and adds the items of `v`; 3 removes the member. See VS Code's ``objectMutationLog.ts``.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum
from typing import Any

from replay_gui.core.importers.foreign_file import ForeignFile
from replay_gui.core.importers.import_notes import ImportNotes
from replay_gui.core.importers.json_lines import numbered_values
from replay_gui.core.translation.messages import translatable

LOST_CHANGES = translatable("changes of the session whose place is not known, left out")


class _Kind(IntEnum):
    WHOLE = 0
    SET = 1
    ADD = 2
    REMOVE = 3


def is_session_log(file: ForeignFile) -> bool:
    """Whether the first line is the session of such a log."""
    first = file.first_lines[0] if file.first_lines else None
    return (
        isinstance(first, dict)
        and first.get("kind") == _Kind.WHOLE
        and isinstance(first.get("v"), dict)
        and isinstance(first["v"].get("requests"), list)
    )


def session_of_log(file: ForeignFile, notes: ImportNotes) -> dict[str, Any]:
    """Return the session after all changes; those that do not fit are counted."""
    return apply_changes((line for _, line in numbered_values(file.source, notes)), notes)


def apply_changes(lines: Iterable[Any], notes: ImportNotes) -> dict[str, Any]:
    """Return what the lines make, in their order."""
    session: dict[str, Any] = {}
    for line in lines:
        kind = line.get("kind") if isinstance(line, dict) else None
        if kind == _Kind.WHOLE and isinstance(line.get("v"), dict):
            session = line["v"]
        elif not isinstance(line, dict) or not _apply(session, line):
            notes.count(LOST_CHANGES)
    return session


def _apply(session: dict[str, Any], line: dict[str, Any]) -> bool:
    """Make one change; return whether it could be made."""
    kind, path, value = line.get("kind"), line.get("k"), line.get("v")
    if not isinstance(path, list) or not path:
        return False
    *way, name = path
    holder: Any = session
    for token in way:
        holder = _member(holder, token)
    if kind == _Kind.SET:
        return _set(holder, name, value)
    if kind == _Kind.REMOVE:
        return isinstance(holder, dict) and isinstance(name, str) and holder.pop(name, None) is not None
    if kind != _Kind.ADD:
        return False
    items = _member(holder, name)
    if items is None:
        items = []
        _set(holder, name, items)
    if not isinstance(items, list) or not isinstance(value, list | None):
        return False
    if type(line.get("i")) is int and line["i"] >= 0:
        del items[line["i"] :]
    items.extend(value or ())
    return True


def _member(holder: Any, token: Any) -> Any:
    if isinstance(holder, dict) and isinstance(token, str):
        return holder.get(token)
    if isinstance(holder, list) and type(token) is int and 0 <= token < len(holder):
        return holder[token]
    return None


def _set(holder: Any, token: Any, value: Any) -> bool:
    if isinstance(holder, dict) and isinstance(token, str):
        holder[token] = value
        return True
    if not isinstance(holder, list) or type(token) is not int or not 0 <= token <= len(holder):
        return False
    holder[token : token + 1] = [value]
    return True
