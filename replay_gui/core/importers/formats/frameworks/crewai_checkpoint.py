"""A checkpoint of CrewAI: the state of its crews (``entities``), and the events so far (``event_record``)."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from replay_gui.core.importers.formats.records import as_map


def recorded_events(document: Any) -> list[dict[str, Any]]:
    """Return the events in a checkpoint, in the order in which they were emitted; [] for another document."""
    nodes = as_map(as_map(as_map(document).get("event_record")).get("nodes"))
    events = [as_map(as_map(node).get("event")) for node in nodes.values()]
    if not all(isinstance(event.get("type"), str) for event in events):
        return []
    numbers = [event.get("emission_sequence") for event in events]
    known = [number for number in numbers if type(number) is int]
    if len({*known}) == len(numbers):
        return [event for _, event in sorted(zip(known, events, strict=True), key=lambda pair: pair[0])]
    return events  # in the order of the file


def about_checkpoint(document: dict[str, Any], volatile: Collection[str]) -> dict[str, Any]:
    """Return what a checkpoint says beside its events, without `volatile` members at any depth."""
    rest = {name: value for name, value in document.items() if name != "event_record"}
    more = {name: value for name, value in as_map(document.get("event_record")).items() if name != "nodes"}
    nodes = as_map(as_map(document["event_record"]).get("nodes")).values()
    beside = [other for node in nodes if (other := {key: value for key, value in node.items() if key != "event"})]
    parts = {**rest, **({"event_record": more} if more else {}), **({"nodes": beside} if beside else {})}
    kept: dict[str, Any] = _without(parts, volatile)
    return {name: value for name, value in kept.items() if value not in ([], {})}


def _without(value: Any, volatile: Collection[str]) -> Any:
    if isinstance(value, list):
        return [kept for one in value if (kept := _without(one, volatile)) != {}]
    if isinstance(value, dict):
        return {name: _without(member, volatile) for name, member in value.items() if name not in volatile}
    return value
