"""No two files that say different things are read as the same run.

Every sample of every format is changed in one leaf at a time. Either the run's content changes, or its importer names
the member as volatile (`volatile`, with the reason).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from replay_gui.core.errors import ImportRefused
from replay_gui.core.importers.formats.traces.otel.attributes import is_volatile
from replay_gui.core.importers.registry import importers
from tests.helpers.foreign import read_all
from tests.helpers.importers.leaves import changed_files
from tests.helpers.paths import DATA

SEEDS = DATA / "seeds"
MAX_CHANGES = 400  # changes of one sample
VOLATILE_LINES = {"# aider chat started at ": "started_at", "> Tokens: ": "tokens_sent"}
"""How lines of text begin that say a volatile member, and its name."""
WITH_ATTRIBUTES = ("langfuse", "langsmith", "mlflow", "otel")
"""Importers that leave out attributes by the pattern in `otel.attributes`, in addition to their `volatile`."""


def samples() -> Iterator[Any]:
    for path in sorted(SEEDS.glob("*/*")):
        yield pytest.param(path, id=f"{path.parent.name}/{path.name}")


def test_every_format_has_a_sample() -> None:
    assert {path.parent.name for path in SEEDS.glob("*/*")} == {importer.name for importer in importers()}


def content(path: Path, format: str) -> Any:
    """What runs are compared by; the reason where the file is refused."""
    try:
        return [[(str(event.kind), event.payload) for event in run.events] for run in read_all(path, format)]
    except ImportRefused as why:
        return str(why)


def volatile(format: str) -> dict[str, str]:
    (importer,) = (one for one in importers() if one.name == format)
    return {**getattr(importer, "volatile", {}), **getattr(importer, "volatile_within", {})}


def test_every_reason_is_a_short_sentence() -> None:
    reasons = {reason for importer in importers() for reason in volatile(importer.name).values()}
    assert len(reasons) > 100
    assert [reason for reason in reasons if not re.fullmatch(r"[A-Z][^.\n]{10,100}\.", reason)] == []


def may_change(path: str, names: dict[str, str], *, has_attributes: bool) -> bool:
    """Names with a slash are parts of paths."""
    if any(path.startswith(f"/{line}") and name in names for line, name in VOLATILE_LINES.items()):
        return True
    if any("/" in name and f"/{name}/" in f"{path}/" for name in names):
        return True
    return any(token in names or (has_attributes and is_volatile(token)) for token in path.split("/")[1:])


@pytest.mark.parametrize("path", [*samples()])
def test_a_leaf_that_changes(path: Path, tmp_path: Path) -> None:
    format, data = path.parent.name, path.read_bytes()
    if format == "otel":
        data = dumped(json.loads(data)) if b"resourceSpans" in data else data
    other = tmp_path / path.name
    other.write_bytes(data)
    names, before = volatile(format), content(other, format)
    silent = []
    for change in changed_files(data, path.name, MAX_CHANGES):
        if may_change(change.path, names, has_attributes=format in WITH_ATTRIBUTES):
            continue
        other.write_bytes(change.data)
        if content(other, format) == before:
            silent.append((change.path, change.was))
    assert silent == []


def dumped(document: Any) -> bytes:
    """OTLP as the Python SDK dumps spans: attributes by name, so that a leaf's path names it."""

    def plain(attributes: Any) -> dict[str, Any]:
        return {one["key"]: next(iter(one["value"].values())) for one in attributes or ()}

    spans = [
        {
            "name": span["name"],
            "context": {"trace_id": span["traceId"], "span_id": span["spanId"]},
            "parent": {"span_id": span["parentSpanId"]} if span.get("parentSpanId") else None,
            "start_time": int(span["startTimeUnixNano"]),
            "end_time": int(span["endTimeUnixNano"]),
            "status": {
                "status_code": "ERROR" if (span.get("status") or {}).get("code") == 2 else "OK",
                "description": (span.get("status") or {}).get("message"),
            },
            "kind": "internal",
            "links": [],
            "dropped_attributes": 0,
            "resource": {"attributes": {"app.mode": "test"}, "schema_url": ""} if span.get("parentSpanId") else {},
            "attributes": plain(span.get("attributes")),
            "events": [
                {"name": event["name"], "attributes": plain(event.get("attributes"))}
                for event in span.get("events", ())
            ],
        }
        for group in document["resourceSpans"]
        for scope in group["scopeSpans"]
        for span in scope["spans"]
    ]
    return json.dumps({"spans": spans}).encode()
