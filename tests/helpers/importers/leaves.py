"""Foreign files with one leaf changed at a time."""

from __future__ import annotations

import copy
import io
import json
import os
import re
import sqlite3
import zipfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Any

Path = tuple[str | int | None, ...]
"""Names and indexes; None steps into a text that is JSON itself."""


@dataclass(frozen=True, slots=True)
class ChangedFile:
    """A file whose leaf at `path` was changed.

    Attributes:
        path: JSON Pointer with every list index replaced by ``*``; of JSON Lines the line is the first index.
        was: the leaf's value before. data: the bytes of the whole file.
    """

    path: str
    was: Any
    data: bytes


def changed_files(data: bytes, name: str, limit: int) -> Iterator[ChangedFile]:
    """Yield the file once for each leaf, with that leaf changed; at most `limit` of them, spread evenly.

    The suffix of `name` decides the form: ``.eval`` is a ZIP of JSON members, ``.sqlite`` a database, ``.md`` text,
    ``.json`` one JSON value, any other JSON Lines.
    """
    special = {".eval": _changed_members, ".sqlite": _changed_rows, ".md": _changed_words}
    if changes := special.get(os.path.splitext(name)[1]):
        yield from changes(data, limit)
        return
    document: Any
    whole = name.endswith(".json")
    document = json.loads(data) if whole else [_value(line) for line in data.splitlines() if line.strip()]
    leaves = list(leaves_of(document))
    for path, value in leaves[:: max(1, -(-len(leaves) // limit))]:
        other = with_leaf(document, path, changed(value))
        text = json.dumps(other) if whole else "\n".join(map(_line, other)) + "\n"
        yield ChangedFile(general(path), value, text.encode())


class _Unreadable(str):
    """A line that is not JSON; it is written unchanged."""


def _value(line: bytes) -> Any:
    try:
        return json.loads(line)
    except ValueError:
        return _Unreadable(line.decode("utf-8", "replace"))


def _line(value: Any) -> str:
    return str(value) if isinstance(value, _Unreadable) else json.dumps(value)


def _changed_members(data: bytes, limit: int) -> Iterator[ChangedFile]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    for name, member in members.items():
        if not name.endswith(".json"):
            continue
        for one in changed_files(member, name, max(1, limit // len(members))):
            output = io.BytesIO()
            with zipfile.ZipFile(output, "w") as archive:
                for each, content in members.items():
                    archive.writestr(each, one.data if each == name else content)
            yield ChangedFile(f"/{name.partition('/')[0]}{one.path}", one.was, output.getvalue())


def _changed_rows(data: bytes, limit: int) -> Iterator[ChangedFile]:
    """Yield the database with the value of one column changed in one row; for a JSON text, each leaf in it."""
    with closing(sqlite3.connect(":memory:")) as database:
        database.deserialize(data)
        named = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        cells = [
            (table, column, row, path, value, text)
            for (table,) in database.execute(named).fetchall()
            for (column,) in database.execute("SELECT name FROM pragma_table_info(?)", (table,)).fetchall()
            for row, text in database.execute(f"SELECT rowid, {column} FROM {table}").fetchall()
            if not isinstance(text, bytes)
            for path, value in _leaves_in(text)
        ]
    for table, column, row, path, value, text in cells[:: max(1, -(-len(cells) // limit))]:
        other = json.dumps(with_leaf(json.loads(text), path, changed(value))) if path else changed(text)
        with closing(sqlite3.connect(":memory:")) as database:
            database.deserialize(data)
            database.execute(f"UPDATE OR REPLACE {table} SET {column} = ? WHERE rowid = ?", (other, row))
            database.commit()
            yield ChangedFile(general((table, column, *path)), value, database.serialize())


def _leaves_in(text: Any) -> Iterator[tuple[Path, Any]]:
    """Yield the leaves of a text that is a JSON object or array; any other value is one leaf."""
    is_json = isinstance(text, str) and text[:1] in ("{", "[")
    yield from leaves_of(json.loads(text)) if is_json else [((), text)]


def _changed_words(data: bytes, limit: int) -> Iterator[ChangedFile]:
    """Yield the text with one word changed; its path is the line."""
    words = [*re.finditer(rb"\S+", data)]
    for word in words[:: max(1, -(-len(words) // limit))]:
        line = data[data.rfind(b"\n", 0, word.start()) + 1 :].partition(b"\n")[0].decode()
        yield ChangedFile(general((line,)), word[0].decode(), data[: word.end()] + b"~" + data[word.end() :])


def leaves_of(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Yield every scalar and every empty container with its path, also those within texts that are JSON."""
    if (inner := _json_in(value)) is not None:
        yield from leaves_of(inner, (*path, None))
    elif isinstance(value, dict) and value:
        for key, member in value.items():
            yield from leaves_of(member, (*path, key))
    elif isinstance(value, list) and value:
        for number, item in enumerate(value):
            yield from leaves_of(item, (*path, number))
    else:
        yield path, value


def _json_in(value: Any) -> Any:
    """Return the object or array that a text is, if it is neither empty nor anything else; else None."""
    if not isinstance(value, str) or value[:1] not in ("{", "["):
        return None
    try:
        return json.loads(value) or None
    except ValueError:
        return None


def changed(value: Any) -> Any:
    """Return another value of the same type (for null and empty containers: a non-empty one)."""
    match value:
        case bool():
            return not value
        case int() | float():
            return value + 1
        case str():
            return value + "~"
        case list():
            return ["~"]
        case dict():
            return {"~": "~"}
        case _:
            return "~"


def with_leaf(document: Any, path: Path, value: Any) -> Any:
    """Return a copy of `document` with `value` at `path`."""
    if not path:
        return value
    if path[0] is None:
        return json.dumps(with_leaf(json.loads(document), path[1:], value))
    other = copy.copy(document)
    other[path[0]] = with_leaf(document[path[0]], path[1:], value)
    return other


def general(path: Path) -> str:
    """Return the JSON Pointer of a path with ``*`` for each list index."""
    told = (token for token in path if token is not None)
    return "".join(f"/{'*' if isinstance(t, int) else t.replace('~', '~0').replace('/', '~1')}" for t in told)
