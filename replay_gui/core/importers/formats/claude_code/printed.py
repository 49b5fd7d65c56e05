"""Claude Code's output in other forms than lines: one JSON array, one result, printed messages of its SDK's classes."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec

from replay_gui.core.importers.foreign_file import ForeignFile
from replay_gui.core.importers.formats.records import check_size
from replay_gui.core.importers.import_notes import ImportNotes
from replay_gui.core.importers.json_lines import numbered_values
from replay_gui.core.log.source import Source

_CLASSES = {
    "SystemMessage": "system",
    "AssistantMessage": "assistant",
    "UserMessage": "user",
    "ResultMessage": "result",
    "StreamEvent": "stream_event",
}
"""Classes of the SDK for Python, and the equivalent types of lines."""
_NAMED_BY = ("type", "_type", "__type__", "__class__", "class", "message_type")
_OF_MESSAGE = ("content", "model", "usage", "stop_reason")
_BLOCKS = (  # types, each with a member that only it has
    ("tool_result", "tool_use_id"),
    ("tool_use", "input"),
    ("thinking", "thinking"),
    ("text", "text"),
)


@contextmanager
def as_lines(file: ForeignFile) -> Iterator[ForeignFile]:
    """Yield the file as JSON Lines in the form of the stream, for the duration of the `with` block."""
    document = file.document
    over_lines = isinstance(document, dict) and not any(line is not None for line in file.first_lines)
    if not (over_lines or isinstance(document, list) or any(map(is_of_sdk, file.first_lines))):
        yield file
        return
    check_size(file)
    document = [document] if over_lines else document
    records = (
        document if isinstance(document, list) else [value for _, value in numbered_values(file.source, ImportNotes())]
    )
    lines = [as_line(record) if isinstance(record, dict) else record for record in records]
    session = next((line["session_id"] for line in lines if isinstance(line, dict) and line.get("session_id")), "")
    with tempfile.TemporaryDirectory(prefix="replay-gui-") as folder:
        path = Path(folder, file.source.path.name)
        stream = [
            {"session_id": session, **line} if is_of_sdk(record) else line
            for record, line in zip(records, lines, strict=True)
        ]
        path.write_bytes(b"\n".join(map(msgspec.json.encode, stream)))
        with Source(path) as source:
            yield ForeignFile(source, file.limits, file.path)


def is_of_sdk(record: Any) -> bool:
    """Return whether a record is a message that names its class of the SDK; AutoGen's classes have a `source`."""
    if not isinstance(record, dict) or _class_of(record) is None or "source" in record:
        return False
    return bool(record.keys() & {"content", "subtype", "event"})


def as_line(record: dict[str, Any]) -> dict[str, Any]:
    """Return a record in the form of the stream; unchanged if it has this form already."""
    if not is_of_sdk(record):
        return record
    member, kind = _class_of(record) or ("type", "")
    rest = {name: value for name, value in record.items() if name != member and value is not None}
    if kind == "system":
        data = rest.pop("data", None)
        return {**rest, **(data if isinstance(data, dict) else {}), "type": kind}
    if kind not in ("assistant", "user"):
        return {**rest, "type": kind}
    message = {name: rest.pop(name) for name in _OF_MESSAGE if name in rest}
    if "message_id" in rest:
        message["id"] = rest.pop("message_id")
    if isinstance(message.get("content"), list):
        message["content"] = [_block(part) for part in message["content"]]
    return {**rest, "type": kind, "message": {"role": kind, **message}}


def _class_of(record: dict[str, Any]) -> tuple[str, str] | None:
    """Return (the member that names the class, the equivalent type of lines); None if no member names one."""
    return next(((name, _CLASSES[record[name]]) for name in _NAMED_BY if str(record.get(name)) in _CLASSES), None)


def _block(part: Any) -> Any:
    if not isinstance(part, dict):
        return part
    rest = {name: value for name, value in part.items() if not (name in _NAMED_BY and str(value).endswith("Block"))}
    kind = next((kind for kind, member in _BLOCKS if member in rest), None)
    return {**rest, "type": kind} if kind is not None and "type" not in rest else rest
