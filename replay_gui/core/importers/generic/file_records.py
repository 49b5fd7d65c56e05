"""The records of a file of an unknown program: its lines, or the longest list of objects in its one value."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from replay_gui.core.importers.foreign_file import ForeignFile
from replay_gui.core.importers.formats.calls_with_results import CALL_LISTS, message_without_role
from replay_gui.core.importers.formats.loose_calls import call_in
from replay_gui.core.importers.formats.question_records import turns_in
from replay_gui.core.importers.formats.records import maps_in
from replay_gui.core.importers.generic.mapping import guess_mapping, is_of_tool
from replay_gui.core.importers.import_notes import ImportNotes
from replay_gui.core.importers.json_lines import numbered_values

_STEPS = ("steps", "events", "spans", "trace", "trajectory")
_KINDS = ("type", "event", "kind", "event_type", "step_type")
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


def steps_in(records: list[dict[str, Any]]) -> str:
    """Return the member of every record that is a list of steps, so that each record is a run; "" if there is none."""
    for name in _STEPS if records else ():
        if all(_are_steps(record.get(name)) for record in records):
            return name
    return ""


def _are_steps(value: Any) -> bool:
    """Whether a value is a list of records that all name their kind, and one of them a tool or a call of one."""
    steps = value[:_MAX_SAMPLED_RECORDS] if isinstance(value, list) else []
    kinds = [next((step[name] for name in _KINDS if isinstance(step.get(name), str)), None) for step in maps_in(steps)]
    return bool(kinds) and None not in kinds and any(is_of_tool(kind) for kind in kinds)


def tells_of_a_run(record: dict[str, Any]) -> bool:
    """Whether a record has a kind, a tool, an input or an output, by the usual names."""
    mapping = guess_mapping([record])
    return bool(mapping.kind or mapping.tool or mapping.input or mapping.output) or any(
        found is not None for found in (turns_in(record, ()), call_in(record, ()), message_without_role(record))
    )


def setting_of(file: ForeignFile, volatile: Collection[str]) -> dict[str, Any]:
    """The members of a file that is one object, without its records."""
    document, records = file.document, whole_records(file)
    if not isinstance(document, dict) or records == [document]:
        return {}
    return {key: value for key, value in document.items() if value is not records and key not in volatile}
