"""The history of one value: every event that changed the value at one path of the state.

Found by replay, so it is exact for every path at any depth, including items of lists: an item that is inserted or
removed before it changes the value at an index.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import msgspec

from replay_gui.core.log.positions import EventIndex
from replay_gui.core.state.draft import Draft
from replay_gui.core.state.reducer import apply_content
from replay_gui.core.state.state import ABSENT, EMPTY, LISTS, MAPS, GrowList, OverlayMap, Path, StateChange
from replay_gui.core.text.json_pointer import list_index


def _plain(container: OverlayMap | GrowList) -> Any:
    return container.plain()


# 1, 1.0 and true are equal in Python; their encodings differ, as those of -0.0 and 0.0 do.
_encode = msgspec.msgpack.Encoder(order="deterministic", enc_hook=_plain).encode


@dataclass(frozen=True, slots=True)
class ValueChange:
    """An event that changed a value.

    Attributes:
        index: of the event. old, new: the value before and after it; ABSENT if there is none. Shared with states: do
            not change them.
    """

    index: EventIndex
    old: Any
    new: Any


OnChanges: TypeAlias = Callable[[EventIndex, Sequence[StateChange]], None]
"""Receives the index of an event, and its changes."""


def value_history(contents: Iterable[bytes | None], keys: Sequence[str]) -> Iterator[ValueChange]:
    """Yield the changes of the value at one path, in the order of the events.

    An event that writes an equal value is not a change, nor is one that cannot be applied.

    Args:
        contents: of the events from the first one on, as EventLog.contents yields them; None: bytes without a record.
        keys: of the path, as `split_pointer` returns them; empty for the whole state.

    Cost: about 16 µs per event.
    """
    return (change for _, change in value_histories(contents, [keys]))


def value_histories(
    contents: Iterable[bytes | None], paths: Sequence[Sequence[str]], on_changes: OnChanges | None = None
) -> Iterator[tuple[int, ValueChange]]:
    """Yield (number of the path, change) for the changes of several values, in the order of the events.

    It costs little more than the history of one of them. `on_changes` receives each event's changes of the state.
    """
    draft = Draft(EMPTY)
    old = [ABSENT if keys else EMPTY.root for keys in paths]
    by_first_key: dict[str, list[int]] = {}
    for number, keys in enumerate(paths):
        by_first_key.setdefault(keys[0] if keys else "", []).append(number)
    wholes = [number for number, keys in enumerate(paths) if not keys]
    for index, content in enumerate(contents):
        if content is None or not apply_content(draft, content):
            continue
        changes = draft.changes
        if on_changes is not None:
            on_changes(EventIndex(index), changes)
        tops = {str(change.path[0]) for change in changes}
        concerned = sorted({*wholes, *(number for top in tops for number in by_first_key.get(top, ()))})
        for number in concerned:
            keys = paths[number]
            related = [change for change in changes if _is_related(change.path, keys)]
            if not related:
                continue
            new = value_at(draft.publish().root, keys)  # published, so later events change copies of it
            if not _is_unchanged(related, old[number], new, keys):
                yield number, ValueChange(EventIndex(index), old[number], new)
            old[number] = new


def value_at(root: Any, keys: Sequence[str]) -> Any:
    """Return the value at a path of a state; ABSENT if there is none."""
    here = root
    for key in keys:
        if isinstance(here, MAPS):
            here = here.get(key, ABSENT)
        elif isinstance(here, LISTS):
            index = list_index(key)
            here = ABSENT if index is None or index >= len(here) else here[index]
        else:
            return ABSENT
    return here


def _is_related(written: Path, keys: Sequence[str]) -> bool:
    """Whether a change at one path may change the value at another: one path begins with the other."""
    return all(str(name) == key for name, key in zip(written, keys, strict=False))


def _is_unchanged(related: Sequence[StateChange], old: Any, new: Any, keys: Sequence[str]) -> bool:
    if len(related) == 1 and len(related[0].path) > len(keys):  # a member of the value, which is enough to compare
        old, new = related[0].old, related[0].new
    if old is ABSENT or new is ABSENT:
        return old is new
    return old is new or same_encoding(old, new)


def same_encoding(a: Any, b: Any) -> bool:
    """Whether two values are equal and of one type throughout."""
    return _encode(a) == _encode(b)
