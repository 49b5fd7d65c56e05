"""Give the members of Langfuse's objects the names of its API, which its Python client writes with underscores."""

from __future__ import annotations

from typing import Any

_LISTS = ("observations", "scores", "traces", "data")  # members with objects of Langfuse


def in_usual_names(document: Any) -> Any:
    """Return an object, an array of them, or a page, with ``startTime`` for ``start_time``; other values unchanged."""
    if isinstance(document, list):
        return [in_usual_names(item) for item in document]
    if not isinstance(document, dict):
        return document
    renamed = {_usual(name): value for name, value in document.items()} if _is_of_client(document) else document
    inner = {name: in_usual_names(renamed[name]) for name in _LISTS if isinstance(renamed.get(name), list)}
    trace = {"trace": in_usual_names(renamed["trace"])} if isinstance(renamed.get("trace"), dict) else {}
    return {**renamed, **inner, **trace} if inner or trace else renamed


def _is_of_client(record: dict[str, Any]) -> bool:
    is_observation = "type" in record and ("start_time" in record or "trace_id" in record)
    return (
        is_observation or {"id", "timestamp"} <= record.keys() or {"id", "trace_id", "name", "value"} <= record.keys()
    )


def _usual(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest) if first else name
