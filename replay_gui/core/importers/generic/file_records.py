"""The records of a file of an unknown program: its lines, or the longest list of objects in its one value."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from replay_gui.core.importers.foreign_file import ForeignFile
from replay_gui.core.importers.formats.calls_with_results import CALL_LISTS
from replay_gui.core.importers.formats.question_records import turns_in
from replay_gui.core.importers.import_notes import ImportNotes
from replay_gui.core.importers.json_lines import numbered_values

_MAX_SAMPLED_RECORDS = 200  # records in the sample for a guess


def first_objects(file: ForeignFile) -> Iterator[dict[str, Any]]:
    """Yield the first objects of the file."""
    whole = whole_records(file)
    if whole is not None:
        yield from (record for record in whole[:_MAX_SAMPLED_RECORDS] if isinstance(record, dict))
    else:
        yield from (record for record in file.first_lines if isinstance(record, dict))


def whole_records(file: ForeignFile) -> list[Any] | None:
    """The records of a file that is one JSON value: the longest list of objects in an object, else the value."""
    document = file.document
    if not isinstance(document, dict):
        return document if isinstance(document, list) else None
    if turns_in(document, ()) is not None and any(document.get(name) for name in CALL_LISTS):
        return [document]  # a record alone, with its calls
    return max(lists_of_objects(document), key=len, default=[document])


def lists_of_objects(document: dict[str, Any]) -> list[list[Any]]:
    """Return the members of a JSON object that are lists with objects in them."""
    return [value for value in document.values() if isinstance(value, list) and isinstance(first_object(value), dict)]


def first_object(value: Any) -> Any:
    """The first object of a list, else None."""
    return next((item for item in value if isinstance(item, dict)), None) if isinstance(value, list) else None


def numbered_records(file: ForeignFile, notes: ImportNotes) -> Iterator[tuple[int, Any]]:
    """Yield each record with its number, from 1."""
    whole = whole_records(file)
    if whole is not None:
        yield from enumerate(whole, 1)
        return
    yield from numbered_values(file.source, notes)
