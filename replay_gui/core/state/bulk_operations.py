"""Operations of events on a state in place, many events at a time (log-format.md, Operations).

The operations of an event and the effect of its kind can be applied apart, if they are on different members of the root
and none can be refused for what the other has done. Then all operations of consecutive events are a group as those of
bulk_effects are. Any other event with operations goes to the reducer, which alone defines their meaning.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple, Protocol, TypeAlias

from msgspec import UNSET

from replay_gui.core.errors import NotApplicable
from replay_gui.core.log.fast_events import AddOperation, FastEvent, RemoveOperation
from replay_gui.core.state.bulk_effects import ALL_KEYS, EFFECT_MEMBERS, ChangedKeys, has_value, never_refuses
from replay_gui.core.state.draft import Draft
from replay_gui.core.state.reducer import pointer_tokens
from replay_gui.core.state.state import ABSENT, LISTS, GrowList, Path

_MAX_TOKENS = 7  # of a path: a value that was decoded as a FastEvent cannot make a state too deep there
_MAX_OWNED = 4096  # containers, which stay in memory as long as they are owned
_MAX_POINTERS = 4096


class _Pointer(NamedTuple):
    """The keys of a path: all, those to the parent of the container that is changed, its own, and the last one.

    `above` is None, and `container` empty, for a member of the root.
    """

    tokens: list[str]
    above: list[str] | None
    container: str
    key: str


_Undo: TypeAlias = list[tuple[Sequence[Any], Any]]
_NOTHING: dict[str, Any] = {}

Plan: TypeAlias = list[tuple[Any, Any]]
"""Each operation of an event that can be applied in a group, and its pointer."""


class Pointers(dict[str, _Pointer | None]):
    """The pointers of paths, found once, since many events have the same; None if operations there are not grouped."""

    def __missing__(self, path: str) -> _Pointer | None:
        if len(self) >= _MAX_POINTERS:
            self.clear()
        try:
            tokens = pointer_tokens(path)
        except NotApplicable:
            found = None
        else:
            above, container = (tokens[:-2], tokens[-2]) if len(tokens) > 1 else (None, "")
            is_grouped = len(tokens) <= _MAX_TOKENS and tokens[0] not in EFFECT_MEMBERS
            found = _Pointer(tokens, above, container, tokens[-1]) if is_grouped else None
        self[path] = found
        return found


class OperationTarget(Protocol):
    """The state that operations change in place, in a pass over some events.

    Attributes:
        draft: of the state. changed: see BulkReducer.
    """

    draft: Draft
    changed: ChangedKeys

    def note_change(self, path: Path, old: Any) -> None:
        """Note which member has changed; `old`: the value at `path` before."""

    def note_created(self, number: int, name: str) -> None:
        """Note that an operation of the event with this number has created a member of the root."""

    def note_work(self, number: int, work: int) -> None:
        """Note the work that an operation of the event with this number has caused."""


class Planned(NamedTuple):
    """The plans of the events that have operations, by index; and the indexes of those that the reducer must apply."""

    plans: dict[int, Plan]
    others: list[int]


def plan_operations(
    events: Sequence[FastEvent | None], types: Iterable[Any], has_usual_rows: bool, pointers: Pointers
) -> Planned:
    """Return the plans of events.

    Args:
        types: of events that have operations. has_usual_rows: the result of that function for the state before them.
    """
    sure = {type_: never_refuses(type_.kind, has_usual_rows) for type_ in types}
    planned = Planned({}, [])
    for i, event in enumerate(events):
        if event is None or type(event) not in sure:
            continue
        operations = event.payload.ops
        if operations is UNSET:
            continue
        plan = [(operation, pointers[operation.path]) for operation in operations]
        if len(plan) == 1:
            is_grouped = plan[0][1] is not None
        else:  # a removed key could not be put back in its place, if a later operation is refused
            is_grouped = RemoveOperation not in map(type, operations) and None not in [pointer for _, pointer in plan]
        if is_grouped and (sure[type(event)] or has_value(event)):
            planned.plans[i] = plan
        else:
            planned.others.append(i)
    return planned


def apply_operations(target: OperationTarget, planned: Mapping[int, Plan]) -> list[int]:
    """Apply the operations of events, by their numbers; return the numbers of those that cannot be applied."""
    draft, changed = target.draft, target.changed
    if len(draft.owned) > _MAX_OWNED:
        draft.disown()
    root, owned, refused = draft.own_root(), draft.owned, []
    for number, plan in planned.items():
        undo: _Undo = []
        for operation, pointer in plan:
            tokens, above, container, key = pointer
            kind, name = type(operation), tokens[0]
            here: Any = root
            if above is None:
                if kind is not RemoveOperation and key in root:
                    undo.append((tokens, root[key]))
                    root[key], changed[key] = operation.value, ALL_KEYS
                    continue
                if key not in root:
                    target.note_created(number, key)
            else:
                for token in above:
                    here = here.get(token)
                    if type(here) is not dict:
                        here = _NOTHING
                        break
                here = here.get(container)
                # All containers on the way to one that is owned are owned, too.
                is_set = kind is not RemoveOperation and id(here) in owned
                if is_set and type(here) is dict and (kind is AddOperation or key in here):
                    undo.append((tokens, here.get(key, ABSENT)))
                    here[key] = operation.value
                elif is_set and type(here) is GrowList and kind is AddOperation and key == "-":
                    if len(plan) > 1:
                        undo.append(([*tokens[:-1], len(here)], ABSENT))
                    here.append(operation.value)
                    if not above:
                        continue  # no key has changed in a list that is only appended to
                else:
                    is_set = False  # the first change of a container makes a copy of it
                if is_set:
                    if name in changed:
                        changed[name].add(tokens[1])
                    else:
                        changed[name] = ALL_KEYS
                    continue
            before = draft.work
            if not _patch(target, operation, tokens, undo):
                refused.append(number)
                for path, old in reversed(undo):
                    _restore(root, path, old)
                break
            if draft.work > before:
                target.note_work(number, draft.work - before)
    return refused


def _patch(target: OperationTarget, operation: Any, tokens: list[str], undo: _Undo) -> bool:
    """Apply any operation; return False, without a change, if it cannot be applied."""
    draft, kind = target.draft, type(operation)
    name = "add" if kind is AddOperation else "remove" if kind is RemoveOperation else "replace"
    draft.begin()
    try:
        draft.patch(name, tokens, getattr(operation, "value", None))
    except NotApplicable:
        return False
    for change in draft.changes:
        undo.append((change.path, change.old))
        if draft.has_moved_items:
            target.changed[tokens[0]] = ALL_KEYS
        else:
            target.note_change(change.path, change.old)
    return True


def _restore(root: dict[str, Any], path: Sequence[Any], old: Any) -> None:
    """Undo a change of the value at `path` that was not a removal."""
    here: Any = root
    for key in path[:-1]:
        here = here[key]
    if old is not ABSENT:
        here[path[-1]] = old
    elif isinstance(here, LISTS) and path[-1] == len(here) - 1:
        here.pop()
    else:
        del here[path[-1]]
