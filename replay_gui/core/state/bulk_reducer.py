"""Replay in bulk: for a pass that needs only the last state and the list of events that cannot be applied.

Events are applied in place, in groups (see bulk_effects and bulk_operations), without a draft's copies and without a
record of the changes. An event whose operations depend on effects, or of an unusual form, goes to the reducer, which
alone defines the meaning of events; a test compares the two.

Effects do not look into values, so these may be left packed (see fast_events), until an event needs more than effects.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from operator import itemgetter
from types import NoneType
from typing import Any, NamedTuple

from msgspec import Raw, msgpack

from replay_gui.core.errors import NotApplicable
from replay_gui.core.log.canonical import DECODE_ERRORS, MAX_KEY_BYTES
from replay_gui.core.log.chain import request_hash_of_decoded
from replay_gui.core.log.event import decode_event
from replay_gui.core.log.fast_events import FAST_EVENT_TYPES, DecodedEvent, EventDecoder, FastEvent
from replay_gui.core.log.kinds import Kind
from replay_gui.core.log.payloads import STRUCTURES, payload_structure
from replay_gui.core.state.bulk_effects import ALL_KEYS, EFFECTS, ChangedKeys, has_usual_rows, has_usual_shapes
from replay_gui.core.state.bulk_operations import Plan, Pointers, apply_operations, plan_operations
from replay_gui.core.state.draft import Draft
from replay_gui.core.state.reducer import apply_event
from replay_gui.core.state.state import ABSENT, MAPS, Path, State
from replay_gui.core.state.work_limit import TooMuchWork


class BulkResult(NamedTuple):
    """The result of applying events one after another.

    Attributes:
        refused: the indexes of those that cannot be applied and left the state unchanged.
        requested: the request hash of each ToolRequest that was applied, in order.
    """

    refused: list[int]
    requested: list[str]


def without_replay(contents: Sequence[bytes]) -> BulkResult:
    """Return what is known without the state before each event: every event of the right form may be applicable."""
    refused, requested = [], []
    for i, content in enumerate(contents):
        try:
            kind, payload = decode_event(content)
            payload_structure(kind, payload)
        except NotApplicable:
            refused.append(i)
            continue
        if kind == Kind.TOOL_REQUEST:
            requested.append(request_hash_of_decoded(payload["tool_name"], payload["tool_version"], payload["input"]))
    return BulkResult(refused, requested)


class BulkReducer:
    """Applies events to a state in place, and notes which members have changed.

    Attributes:
        changed: for a member of the root, the keys in it that changed since `forget_changes`; ALL_KEYS if it may
            have changed in any way. A list with only appended items is not in it.
        is_packed: whether values of events, and so those in the state, may be packed.
    """

    __slots__ = (
        "_decoder",
        "_draft",
        "_has_usual_rows",
        "_is_owned",
        "_is_usual",
        "_max_work",
        "_own_tools",
        "_pointers",
        "changed",
        "is_packed",
    )

    def __init__(self, state: State | None = None, max_work: int | None = None, packed: bool = False) -> None:
        """Begin with `state`, which is not changed; None: the empty state. `max_work`: see max_moved_values.

        The same operations are less work if they are applied in a group than if the reducer applies them.

        `packed`: leave values packed as long as no event needs them. That is right only for events that are within the
        limits in any state, and whose contents are canonical. Only for an empty state.
        """
        self._max_work = max_work
        self._decoder = EventDecoder()
        self._draft = Draft(State({}) if state is None else state)
        self._is_owned = state is None  # whether all containers changed in place are this object's
        self._is_usual = True  # whether all members have the shape that effects give them
        self._has_usual_rows: bool | None = True if state is None else None  # None: not known
        self._own_tools: set[str] = set()  # see BulkTarget
        self._pointers = Pointers()
        self.changed: ChangedKeys = {}
        self.is_packed = packed

    @property
    def root(self) -> dict[str, Any]:
        """The root of the current state; the next event changes it in place."""
        return self._draft.root

    @property
    def present(self) -> State:
        """The current state; the next event changes it in place."""
        return self._draft.present

    def fold(self, contents: Sequence[bytes], events: Sequence[DecodedEvent] | None = None) -> BulkResult:
        """Apply events one after another; `events`: the result of an EventDecoder for `contents`, if it was called.

        Raises TooMuchWork if the events so far have caused too much of it; the state is then unusable.
        """
        if not self._is_owned:
            self._own()
        decoded = self._decoder.decode(contents, self.is_packed) if events is None else events
        common, unusual = decoded, list[int]()
        types = set(map(type, decoded))
        if not _OTHER_FORMS.isdisjoint(types):
            common, unusual = _to_common_form(contents, decoded)
            types = set(map(type, common))
        operating = [type_ for type_ in types if getattr(type_, "has_operations", False)]
        if self.is_packed and (unusual or operating):
            self.unpack()
        if not self.is_packed and any(getattr(type_, "is_packed", False) for type_ in types):
            return self.fold(contents)
        plans: dict[int, Plan] = {}
        were_usual = False  # whether the plans rely on rows that cannot refuse an effect
        if operating:
            were_usual = self._are_rows_usual()
            plans, others = plan_operations(common, operating, were_usual, self._pointers)
            unusual = sorted(unusual + others)
        result, begin = BulkResult([], []), 0
        for stop in (*unusual, len(decoded)):
            if begin < stop and self._is_usual and (not were_usual or self._are_rows_usual()):
                events = common if stop - begin == len(common) else common[begin:stop]
                _Pass(self, contents, events, begin, result).run(plans, types)
            else:
                for i in range(begin, stop):
                    self._apply_one(contents[i], decoded[i], i, result)
            if stop < len(decoded):
                self._apply_one(contents[stop], decoded[stop], stop, result)
            begin = stop + 1
        result.refused.sort()
        return result

    def _are_rows_usual(self) -> bool:
        if self._has_usual_rows is None:
            self._has_usual_rows = self._is_usual and has_usual_rows(self.root)
        return self._has_usual_rows

    def fold_decoded(self, kind: str, payload: dict[str, Any]) -> None:
        """Apply one decoded event; raise TooMuchWork as `fold`."""
        if not self._is_owned:
            self._own()
        self._apply_decoded(kind, payload, 0, BulkResult([], []))
        if self._max_work is not None and self._draft.work > self._max_work:
            raise TooMuchWork(0)

    def unpack(self) -> None:
        """Unpack all values, and leave none packed from now on."""
        if self.is_packed:
            self.is_packed = False
            _unpack_values(self.root)

    def publish(self) -> State:
        """Return the current state as an immutable value; later events change copies."""
        self._is_owned = False
        return self._draft.publish()

    def forget_changes(self) -> None:
        """Forget which members have changed."""
        self.changed = {name: set() for name, member in self.root.items() if isinstance(member, MAPS)}

    def _own(self) -> None:
        """Copy the containers that effects change in place."""
        root, self._is_owned = self._draft.own_members(), True
        self.changed = dict.fromkeys(root, ALL_KEYS)
        self._own_tools.clear()
        self._is_usual, self._has_usual_rows = has_usual_shapes(root), None

    def _apply_one(self, content: bytes, decoded: DecodedEvent, i: int, result: BulkResult) -> None:
        """Let the reducer apply an event, and check the limit of work."""
        self._reduce(content, decoded, i, result)
        if self._max_work is not None and self._draft.work > self._max_work:
            raise TooMuchWork(i)

    def _reduce(self, content: bytes, decoded: DecodedEvent, i: int, result: BulkResult) -> None:
        is_shallow = type(decoded) is tuple
        try:
            kind, payload = decoded if is_shallow else decode_event(content)
        except NotApplicable:
            self._draft.begin()
            result.refused.append(i)
            return
        self._apply_decoded(kind, payload, i, result, is_shallow)

    def _apply_decoded(
        self, kind: str, payload: dict[str, Any], i: int, result: BulkResult, is_shallow: bool = False
    ) -> None:
        try:
            apply_event(self._draft, kind, payload, is_shallow)
        except NotApplicable:
            self._draft.begin()
            result.refused.append(i)
            return
        for change in self._draft.each_change():
            self._note_change(change.path, change.old)
        if "ops" in payload:
            self._own_tools.clear()
            self._is_usual, self._has_usual_rows = has_usual_shapes(self.root), None
        if kind == Kind.TOOL_REQUEST:
            result.requested.append(
                request_hash_of_decoded(payload["tool_name"], payload["tool_version"], payload["input"])
            )

    def _note_change(self, path: Path, old: Any) -> None:
        name, inside = str(path[0]), path[1] if len(path) > 1 else None
        keys = self.changed.get(name)
        if isinstance(inside, str) and keys is not None:
            keys.add(inside)
        elif not (len(path) == 2 and isinstance(inside, int) and old is ABSENT):  # not just appended
            self.changed[name] = ALL_KEYS


class _Pass:
    """Consecutive events in the common form, applied group by group; see BulkTarget."""

    def __init__(
        self,
        reducer: BulkReducer,
        contents: Sequence[bytes],
        events: Sequence[FastEvent | None],
        begin: int,
        result: BulkResult,
    ) -> None:
        """`begin`: the index in `contents` of the first of `events`, in which None means an event without effect."""
        self.root, self.changed, self.own_tools = reducer.root, reducer.changed, reducer._own_tools
        self.draft, self.note_change = reducer._draft, reducer._note_change
        self.applied = result.requested
        self._reducer = reducer
        self._contents = contents
        self._events = events
        self._begin = begin
        self._result = result
        self._numbers: dict[int, int] = {}  # in `contents`, by the id of the event
        self._created: list[tuple[int, bool, str]] = []  # (number, by an operation, name) of the members of the root
        self._left: list[tuple[int, int]] = []  # (number, work) of events that the reducer applied

    def run(self, plans: Mapping[int, Plan], types: Iterable[type]) -> None:
        """Apply the events; raise TooMuchWork as BulkReducer.fold.

        Args:
            plans: of operations of events, by number. types: of all events.
        """
        if plans:
            self._apply_operations(plans)
        groups: dict[Any, list[FastEvent]] = {effect: [] for effect in EFFECTS.values()}
        effects = {type_: EFFECTS.get(getattr(type_, "kind", None)) for type_ in (NoneType, *types)}
        adders = {type_: _pass_over if effect is None else groups[effect].append for type_, effect in effects.items()}
        for event in self._events:
            adders[type(event)](event)
        for effect, events in groups.items():
            if events:
                effect(self, events)
        if len(self._created) > 1:  # the root's members are in the order in which events create them
            root = self.root
            for _, _, name in sorted(self._created, key=itemgetter(0, 1)):
                if name in root:  # an operation may have removed it again
                    root[name] = root.pop(name)
        self._check_work()

    def _apply_operations(self, plans: Mapping[int, Plan]) -> None:
        """Apply all operations first; the effects of events whose operations are refused are left out."""
        if len(self._events) < len(self._contents):
            numbers = range(self._begin, self._begin + len(self._events))
            plans = {i: plan for i, plan in plans.items() if i in numbers}
        refused = apply_operations(self, plans)
        self.root = self.draft.root
        if refused:
            self._result.refused.extend(refused)
            self._events = [*self._events]
            for number in refused:
                self._events[number - self._begin] = None

    def _check_work(self) -> None:
        over = self._reducer._draft.work - (self._reducer._max_work or 0)
        if self._reducer._max_work is None or over <= 0:
            return
        for number, work in sorted(self._left, reverse=True):  # back to the event that exceeded the limit
            over -= work
            if over <= 0:
                raise TooMuchWork(number)
        raise AssertionError("only operations, and events that are left to the reducer, cause work")

    # ---- for effects and operations -------------------------------------------------------------
    def create_member(self, name: str, value: Any, event: FastEvent) -> None:
        self._created.append((self._number(event), False, name))
        self.root[name], self.changed[name] = value, ALL_KEYS

    def note_created(self, number: int, name: str) -> None:
        self._created.append((number, True, name))

    def note_work(self, number: int, work: int) -> None:
        self._left.append((number, work))

    def refuse_event(self, event: FastEvent) -> None:
        self._result.refused.append(self._number(event))

    def leave_to_reducer(self, event: FastEvent) -> None:
        number, before = self._number(event), self._reducer._draft.work
        self._reducer._reduce(self._contents[number], None, number, self._result)
        self.root = self._reducer.root
        self._left.append((number, self._reducer._draft.work - before))

    def _number(self, event: FastEvent) -> int:
        if not self._numbers:
            self._numbers = {id(other): self._begin + i for i, other in enumerate(self._events)}
        return self._numbers[id(event)]


def _unpack_values(container: Any) -> None:
    """Unpack the values in a map or a list, in place."""
    waiting = [container]
    while waiting:
        here = waiting.pop()
        for key, value in here.items() if isinstance(here, dict) else enumerate(here):
            if type(value) is Raw:
                try:
                    here[key] = _decode(value)
                except DECODE_ERRORS:
                    continue  # it stays packed: its content is not canonical, and so this state is not used
            elif type(value) is dict or type(value) is list:
                waiting.append(value)


_decode = msgpack.Decoder().decode
_OTHER_FORMS = frozenset((tuple, NoneType))


def _pass_over(event: FastEvent) -> None:
    pass


def _to_common_form(
    contents: Sequence[bytes], decoded: Sequence[DecodedEvent]
) -> tuple[list[FastEvent | None], list[int]]:
    """Return (the events, the indexes of those that only the reducer can apply); None for an event without effect."""
    events, unusual = list[FastEvent | None](decoded), []
    for i, event in enumerate(decoded):
        if event is None:
            unusual.append(i)
        elif type(event) is tuple:
            kind, payload = event
            events[i] = None
            if "ops" in payload or (len(contents[i]) > MAX_KEY_BYTES and kind in STRUCTURES):
                unusual.append(i)
            elif kind in STRUCTURES:
                try:
                    events[i] = FAST_EVENT_TYPES[kind](payload_structure(kind, payload))
                except NotApplicable:
                    unusual.append(i)
    return events, unusual
