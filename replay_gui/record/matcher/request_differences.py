"""The fields in which two requests differ, and whether rules treat them as equal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from replay_gui.core.divergence.comparison import Difference
from replay_gui.core.divergence.differences import find_differences
from replay_gui.core.divergence.rules.rules import Rules
from replay_gui.core.log.kinds import MODEL_REQUEST, Kind
from replay_gui.record.calls.call import CallKind, CallRequest
from replay_gui.record.messages.part_events import event_of_part
from replay_gui.record.messages.request_parts import RequestPart

MAX_DIFFERENCES = 1_000  # of two requests; requests with more differences are never equal by rules


def request_differences(past: CallRequest, new: CallRequest) -> list[Difference]:
    """Return the differences of two requests, at most MAX_DIFFERENCES + 1; a is the recorded one.

    Paths are those of the event's payload: ``/input/q`` for a tool; for a model, with the messages in their original
    places: ``/request/messages/1/content``.
    """
    return [*islice(_differences(past, new), MAX_DIFFERENCES + 1)]


def equal_by_rules(past: CallRequest, new: CallRequest, rules: Rules) -> bool:
    """Return whether rules ignore, tolerate or expect every difference of two requests.

    The rules are those of a comparison. A message to a model is a separate event there (an Observation with its text
    in ``/data``), so the rules for this event apply too.
    """
    own = rules.for_events(_event_kind(past), past.name if past.kind is CallKind.TOOL else None)
    differences = request_differences(past, new)
    if len(differences) > MAX_DIFFERENCES:
        return False
    counting = [difference for difference in differences if own.action_for(difference) is None]
    if not counting or past.kind is CallKind.TOOL:
        return not counting
    members = {difference.path.split("/")[2] for difference in counting if difference.path.startswith("/request/")}
    outside = any(not difference.path.startswith("/request/") for difference in counting)
    return not outside and all(_parts_equal_by_rules(name, past.value, new.value, rules, own) for name in members)


def _parts_equal_by_rules(name: str, past: Mapping[str, Any], new: Mapping[str, Any], rules: Rules, own: Rules) -> bool:
    a, b = past.get(name), new.get(name)
    lists = (a, b) if isinstance(a, list) and isinstance(b, list) else ([a], [b])
    if len(lists[0]) != len(lists[1]):
        return False
    for place, (item_a, item_b) in enumerate(zip(*lists, strict=True)):
        where = f"/request/{name}/{place}" if isinstance(a, list) else f"/request/{name}"
        if all(own.action_for(difference) for difference in find_differences(item_a, item_b, where)):
            continue
        event_a, event_b = (event_of_part(RequestPart(0, name, item, {})) for item in (item_a, item_b))
        applying = rules.for_events(event_a.kind, None)
        if event_a.kind != event_b.kind or not all(
            applying.action_for(difference) for difference in find_differences(event_a.payload, event_b.payload)
        ):
            return False
    return True


def _differences(past: CallRequest, new: CallRequest) -> Iterator[Difference]:
    if past.kind is not new.kind:
        yield Difference("/kind", past.kind.value, new.kind.value)
    if past.name != new.name:
        yield Difference("/tool_name" if past.kind is CallKind.TOOL else "/endpoint", past.name, new.name)
    if past.version != new.version:
        yield Difference("/tool_version", past.version, new.version)
    yield from find_differences(past.value, new.value, "/input" if past.kind is CallKind.TOOL else "/request")


def _event_kind(request: CallRequest) -> str:
    return Kind.TOOL_REQUEST.value if request.kind is CallKind.TOOL else MODEL_REQUEST
