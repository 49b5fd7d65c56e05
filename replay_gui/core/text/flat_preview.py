"""What a map says in one line without brackets: the values in it, also those of the maps within it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from replay_gui.core.text.value_preview import Members, is_class_object, member_text, plain_start, preview
from replay_gui.core.text.wording import reason_text
from replay_gui.core.translation.messages import trn

_MAX_MEMBERS = 6  # values that are shown
_MAX_LOOKED = 50  # members of one map that are examined
_MAX_DEPTH = 4  # maps within maps
_NOTHING: tuple[Any, ...] = (None, "", [], {})


def flat_preview(value: Members) -> str:
    """Return ``litellm.completion · model: m, temperature: 0``: a name, then each other value once, with its member.

    Control characters are not yet escaped.
    """
    name = value.get("name")
    title = plain_start(name) if isinstance(name, str) and name else ""
    parts = dict[str, None]()  # in order, each once
    for member, inner in _values(value, 0):
        text = trn("{n} item", "{n} items", len(inner)) if _is_long(inner) else member_text(inner)
        if text != title:
            parts[f"{_words(member)}: {text}"] = None
        if len(parts) > _MAX_MEMBERS:
            parts.popitem()
            parts["…"] = None
            break
    return " · ".join(part for part in (title, ", ".join(parts)) if part)


def record_preview(data: Any) -> str:
    """Return what a program recorded for itself in a few words: a preview, or without brackets if it has maps in it."""
    data = data["value"] if is_class_object(data) else data
    text = preview(data)
    return flat_preview(data) or text if "{" in text and _holds_maps(data) else text


def _holds_maps(value: Any) -> bool:
    return isinstance(value, Mapping) and any(
        (isinstance(inner, Mapping) and inner) or _is_long(inner) for inner in islice(value.values(), _MAX_LOOKED)
    )


def _values(value: Members, depth: int) -> Iterator[tuple[str, Any]]:
    """Yield (member, value) of a map, then those of the maps in it."""
    deeper = list[Members]()
    for member, inner in islice(value.items(), _MAX_LOOKED):
        if isinstance(inner, Mapping) and inner and depth < _MAX_DEPTH:
            deeper.append(inner)
        elif inner not in _NOTHING:
            yield member, inner
    for inner in deeper:
        yield from _values(inner, depth + 1)


def _is_long(value: Any) -> bool:
    return isinstance(value, list) and any(isinstance(item, Mapping | list) for item in value[:_MAX_LOOKED])


def _words(member: str) -> str:
    return reason_text(member_text(member))
