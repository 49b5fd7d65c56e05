"""The events of a Pydantic AI stream: they begin parts of an answer, extend them, and end them."""

from __future__ import annotations

from typing import Any

from replay_gui.core.importers.formats.records import as_map, maps_in

_CALLS = ("function_tool_call", "builtin_tool_call", "output_tool_call")
_RESULTS = ("function_tool_result", "builtin_tool_result", "output_tool_result")
_EVENTS = ("part_start", "part_delta", "part_end", "final_result", *_CALLS, *_RESULTS)
_DELTA = "_delta"


class StreamedParts:
    """Put the parts of a stream together.

    Attributes:
        begun: the parts so far, in the order of their starts. others: parts in events that begin none.
    """

    def __init__(self) -> None:
        self.begun: list[dict[str, Any]] = []
        self.others: list[dict[str, Any]] = []
        self._open: dict[str, dict[str, Any]] = {}  # by place
        self._calls: set[str] = set()  # their ids

    def add(self, event: dict[str, Any]) -> dict[str, Any]:
        """Add an event; return its members that are in no part."""
        kind, place = event["event_kind"], str(event.get("index"))
        part: dict[str, Any] = next(
            (event[name] for name in ("part", "result") if isinstance(event.get(name), dict)), {}
        )
        if kind == "part_delta" and place in self._open:
            _extend(self._open[place], as_map(event.get("delta")))
        elif "part_kind" in part:
            begins = kind in ("part_start", *_RESULTS) or (kind in _CALLS and self._is_new_call(part))
            (self.begun if begins else self.others).append(dict(part))
            if kind == "part_start":
                self._open[place] = self.begun[-1]
            if begins and kind not in _RESULTS:
                self._calls.add(str(part.get("tool_call_id")))
        elif kind == "enqueued_messages":
            messages = maps_in(event.get("messages"))
            self.begun += [part for message in messages for part in maps_in(message.get("parts"))]
            rest = {"messages": [{**message, "parts": None} for message in messages]}
            return {name: value for name, value in event.items() if name not in ("event_kind", "messages")} | rest
        elif kind == "deferred_tool_requests":
            requests = as_map(event.get("requests"))
            asked = [*maps_in(requests.get("calls")), *maps_in(requests.get("approvals"))]
            self.begun += filter(self._is_new_call, asked)
            return {name: value for name, value in requests.items() if name not in ("calls", "approvals")}
        elif kind == "deferred_tool_results":
            results = as_map(event.get("results"))
            self.begun += [
                {"part_kind": "tool-return", "tool_call_id": call, "content": answer}
                for call, answer in as_map(results.get("calls")).items()
            ]
            return {name: value for name, value in results.items() if name != "calls"}
        else:
            return {name: value for name, value in event.items() if name != "event_kind" or kind not in _EVENTS}
        used = ("part", "result", "delta", *(("event_kind",) if kind in _EVENTS else ()))
        return {name: value for name, value in event.items() if name not in used}

    def _is_new_call(self, part: dict[str, Any]) -> bool:
        """Return whether no event before began this call."""
        return str(part.get("tool_call_id")) not in self._calls


def _extend(part: dict[str, Any], delta: dict[str, Any]) -> None:
    """Extend a part by a delta; a value that cannot be appended replaces the part's member."""
    if str(delta.get("part_delta_kind")).replace("_", "-") != part.get("part_kind"):
        part["part_delta_kind"] = delta.get("part_delta_kind")
    for name, more in delta.items():
        member = name.removesuffix(_DELTA)
        if more is None or name == "part_delta_kind":
            continue
        before = part.get(member)
        if name == member or before is None:
            part[member] = more
        elif isinstance(before, dict) and isinstance(more, dict):
            part[member] = {**before, **more}
        else:
            part[member] = f"{before}{more}"
