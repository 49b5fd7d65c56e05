"""Values of a log as JSON (interface.md, JSON): deterministic, with replacements for values that JSON lacks.

Bytes are {"$bytes": base64}, floats that are not finite {"$float": "nan" | "inf" | "-inf"}. Keys of maps are
sorted. Invisible characters and control characters are escaped.
"""

from __future__ import annotations

import json
import math
from base64 import b64encode
from typing import Any

from replay_gui.core.errors import PositionError
from replay_gui.core.log.event import Event
from replay_gui.core.state.state import LISTS, MAPS
from replay_gui.core.text.json_pointer import escape_token, list_index, split_pointer
from replay_gui.core.text.plain_text import visible
from replay_gui.core.translation.messages import tr

_SCALARS = frozenset((str, int, bool, type(None)))


def json_form(value: Any) -> Any:
    """Return `value` as dicts, lists and scalars that JSON can hold."""
    if type(value) in _SCALARS:
        return value
    if isinstance(value, MAPS):
        return {key: json_form(value[key]) for key in sorted(value)}
    if isinstance(value, LISTS):
        return [json_form(item) for item in value]
    if isinstance(value, bytes):
        return {"$bytes": b64encode(value).decode()}
    if isinstance(value, float) and not math.isfinite(value):
        return {"$float": str(value)}
    return value


def one_line_json(form: Any) -> str:
    """Return the result of `json_form` as ASCII on one line; members keep their order."""
    return json.dumps(form)


def indented_json(form: Any) -> str:
    """Return the result of `json_form` for people: indented, other scripts readable, invisible characters escaped."""
    text = json.dumps(form, indent=2, ensure_ascii=False)
    return "\n".join(line if line.isprintable() else "".join(map(_seen, line)) for line in text.split("\n"))


def _seen(c: str) -> str:
    return c if visible(c) == c else json.dumps(c)[1:-1]


def event_form(event: Event) -> dict[str, Any]:
    """Return an event as the object of ``events --json``."""
    return {name: json_form(value) for name, value in event_members(event).items()}


def event_members(event: Event) -> dict[str, Any]:
    """Return the members of that object in order, payload and meta unconverted, since converting large ones is slow."""
    return {
        "position": event.index,
        "event_id": event.event_id,
        "seq": event.seq,
        "parent": event.parent,
        "kind": event.kind,
        "time": event.time,
        "payload": event.payload,
        "meta": event.meta,
        "state_hash": None if event.state_hash is None else event.state_hash.hex(),
        "hash": None if event.hash is None else event.hash.hex(),
    }


def at_pointer(value: Any, pointer: str) -> Any:
    """Return the part of `value` at a JSON Pointer (RFC 6901), "" for all of it; raise PositionError if missing."""
    try:
        tokens = split_pointer(pointer)
    except ValueError as why:
        raise PositionError(tr("{pointer!r} is not a JSON Pointer: {reason}", pointer=pointer, reason=why)) from None
    here, walked = value, ""
    for token in tokens:
        if isinstance(here, MAPS) and token in here:
            here = here[token]
        elif isinstance(here, LISTS) and (index := list_index(token)) is not None and index < len(here):
            here = here[index]
        else:
            reason = _lacks(walked or tr("the state"), here, token)
            raise PositionError(tr("the path {pointer!r} leads nowhere: {reason}", pointer=pointer, reason=reason))
        walked += f"/{escape_token(token)}"
    return here


def _lacks(container: str, here: Any, token: str) -> str:
    if isinstance(here, MAPS):
        return tr("{container} has no member {member!r}", container=container, member=token)
    if isinstance(here, LISTS):
        count = len(here)
        return tr(
            "{container} has {count} items, counted from 0, and no item {item!r}",
            container=container,
            count=count,
            item=token,
        )
    return tr("{container} is neither a map nor a list", container=container)
