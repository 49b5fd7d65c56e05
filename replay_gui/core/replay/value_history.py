"""The history of one value: every event that changed the value at one path of the state.

Found by replay, so it is exact for every path at any depth, including items of lists: an item that is inserted or
removed before it changes the value at an index.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import msgspec

from replay_gui.core.log.positions import EventIndex
from replay_gui.core.state.draft import Draft
from replay_gui.core.state.reducer import apply_content
from replay_gui.core.state.state import ABSENT, EMPTY, LISTS, MAPS, GrowList, OverlayMap, StateChange
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


NumberedContents: TypeAlias = Iterable[tuple[EventIndex, bytes | None]]
"""The index and the content of each event, ascending; None: bytes without a record."""


def value_history(contents: Iterable[bytes | None], keys: Sequence[str]) -> Iterator[ValueChange]:
    """Yield the changes of the value at one path, in the order of the events.

    An event that writes an equal value is not a change, nor is one that cannot be applied.

    Args:
        contents: of the events from the first one on, as EventLog.contents yields them; None: bytes without a record.
        keys: of the path, as `split_pointer` returns them; empty for the whole state.

    Cost: about 10 µs per event.
    """
    events = ((EventIndex(index), content) for index, content in enumerate(contents))
    for index, values in follow_values(events, [keys]):
        yield from (change for _, change in values.changes_by(index))


class FollowedValues:
    """The values at some paths of a draft's state, of which it says after each event which ones changed.

    To follow several values costs little more than to follow one.
    """

    def __init__(self, draft: Draft, paths: Sequence[Sequence[str]]) -> None:
        self._draft = draft
        self._paths = paths
        self._old = [ABSENT if keys else EMPTY.root for keys in paths]
        self._by_first_key: dict[str, list[int]] = {}
        for number, keys in enumerate(paths):
            self._by_first_key.setdefault(keys[0] if keys else "", []).append(number)
        self._wholes = [number for number, keys in enumerate(paths) if not keys]

    def changed(self) -> list[int]:
        """Return the numbers of the paths whose values the event changed that was just applied, ascending."""
        found: list[int] = []
        for change in self._draft.each_change():
            for number in (*self._wholes, *self._by_first_key.get(str(change.path[0]), ())):
                if number not in found and _changes_value(change, self._paths[number]):
                    found.append(number)
        return sorted(found)

    def changes_by(self, index: EventIndex) -> Iterator[tuple[int, ValueChange]]:
        """Yield (number of the path, change) of the event that was just applied, which has this index.

        It must be called after each event that may have changed a value.
        """
        for number in self.changed():
            new = value_at(self._draft.publish().root, self._paths[number])  # so later events change copies of it
            yield number, ValueChange(index, self._old[number], new)
            self._old[number] = new


def follow_values(
    events: NumberedContents, paths: Sequence[Sequence[str]]
) -> Iterator[tuple[EventIndex, FollowedValues]]:
    """Apply events; after each one that can be applied, yield its index and the values at the paths."""
    draft = Draft(EMPTY)
    values = FollowedValues(draft, paths)
    for index, content in events:
        if content is not None and apply_content(draft, content):
            yield index, values


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


def is_related(written: Sequence[str | int], keys: Sequence[str]) -> bool:
    """Whether a change at one path may change the value at another: one of the paths begins with the other."""
    return all(name == key or str(name) == key for name, key in zip(written, keys, strict=False))


def _changes_value(change: StateChange, keys: Sequence[str]) -> bool:
    """Whether a change, which is at, above or below this path or elsewhere, changes the value there."""
    if not is_related(change.path, keys):
        return False
    old, new = change.old, change.new
    if len(keys) > len(change.path):
        below = keys[len(change.path) :]
        old, new = value_at(old, below), value_at(new, below)
    return old is not new and (old is ABSENT or new is ABSENT or _encode(old) != _encode(new))
