"""Overlay maps and grow lists read like dicts and lists, after any changes to them and to their copies."""

from __future__ import annotations

from itertools import chain
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, rule
from msgspec import Raw, msgpack

from replay_gui.core.errors import SnapshotDamaged
from replay_gui.core.state import state
from replay_gui.core.state.state import ABSENT, GrowList, OverlayMap, State, leaves
from replay_gui.core.state.stored_parts import MapLayer
from tests.helpers.kept_indexes import page_run, paged, stored

keys = st.sampled_from([f"k{i}" for i in range(12)])
small = st.integers(0, 5)
PACK = 3  # items, so that a few appends and pops cross from one to the next


def packed(value: Any) -> Raw:
    return Raw(msgpack.encode(value))


def assert_same_map(wide: OverlayMap, plain: dict[str, Any]) -> None:
    assert len(wide) == len(plain)
    assert bool(wide) == bool(plain)
    assert sorted(wide) == sorted(wide.keys()) == sorted(plain)
    assert dict(wide.items()) == plain
    assert sorted(wide.values()) == sorted(plain.values())
    assert wide.plain() == plain
    assert wide == plain
    assert plain == wide
    assert {key: wide.get(key, ABSENT) for key in plain} == plain
    for key in ("k0", "k11", "absent"):
        assert (key in wide) == (key in plain)
        assert wide.get(key, 7) == plain.get(key, 7)
    assert repr(wide) == repr(wide.plain())
    assert wide.first_keys(3) == sorted(plain)[:3]


def assert_same_list(grown: GrowList, plain: list[Any]) -> None:
    assert len(grown) == len(plain)
    assert bool(grown) == bool(plain)
    assert list(grown) == plain == grown.plain()
    assert grown == plain
    assert plain == grown
    assert list(reversed(grown)) == plain[::-1]
    for at in range(-len(plain), len(plain)):
        assert grown[at] == plain[at]
    for at in (len(plain), -len(plain) - 1):
        with pytest.raises(IndexError):
            grown[at]
    assert grown[1:4] == plain[1:4]
    assert grown[::-2] == plain[::-2]
    for first in range(0, len(plain) + PACK, PACK):
        assert [msgpack.decode(item) if type(item) is Raw else item for item in grown.packed(first)] == plain[first:]


class Copies(RuleBasedStateMachine):
    """One history of maps and lists, each copied before it is changed, beside plain ones."""

    maps = Bundle("maps")
    stored_maps = Bundle("stored_maps")
    lists = Bundle("lists")

    def __init__(self) -> None:
        super().__init__()
        self.patch = pytest.MonkeyPatch()
        self.patch.setattr(state, "PACK_ITEMS", PACK)
        self.maps_made: list[tuple[OverlayMap, dict[str, Any]]] = []
        self.lists_made: list[tuple[GrowList, list[Any]]] = []

    def teardown(self) -> None:
        self.patch.undo()

    def remember_map(self, wide: OverlayMap, plain: dict[str, Any]) -> tuple[OverlayMap, dict[str, Any]]:
        self.maps_made.append((wide, plain))
        return wide, plain

    def remember_list(self, grown: GrowList, plain: list[Any]) -> tuple[GrowList, list[Any]]:
        self.lists_made.append((grown, plain))
        return grown, plain

    @initialize(target=maps, base=st.dictionaries(keys, small, min_size=4), in_pages=st.booleans())
    def a_map(self, base: dict[str, int], in_pages: bool) -> Any:
        return self.remember_map(paged(base, PACK) if in_pages else OverlayMap(dict(base)), dict(base))

    @initialize(target=stored_maps, base=st.dictionaries(keys, small, min_size=4))
    def a_stored_map(self, base: dict[str, int]) -> Any:
        return self.remember_map(paged(base, PACK), dict(base))

    @initialize(target=lists, packs=st.integers(0, 3), items=st.lists(small), in_bytes=st.booleans())
    def a_list(self, packs: int, items: list[int], in_bytes: bool) -> Any:
        held: list[Any] = [packed(item) for item in items] if in_bytes else list(items)
        before = [[10 * number + at for at in range(PACK)] for number in range(packs)]
        grown = GrowList(held, packs=[stored(pack) if in_bytes else list(pack) for pack in before])
        return self.remember_list(grown, [*chain.from_iterable(before), *items])

    @rule(target=lists, pair=lists, items=st.lists(small, max_size=3))
    def more_than_a_list(self, pair: Any, items: list[int]) -> Any:
        return self.remember_list(pair[0].with_more([packed(item) for item in items]), pair[1] + items)

    @rule(target=maps, pair=maps, changes=st.dictionaries(keys, small, max_size=3), removed=st.sets(keys, max_size=3))
    def change_a_copy(self, pair: Any, changes: dict[str, int], removed: set[str]) -> Any:
        wide, plain = pair[0].copy(), dict(pair[1])
        for key, value in changes.items():
            wide[key] = plain[key] = value
        for key in removed:
            if key in plain:
                del wide[key], plain[key]
            else:
                with pytest.raises(KeyError):
                    del wide[key]
        return self.remember_map(wide, plain)

    @rule(
        target=stored_maps,
        pair=stored_maps,
        changes=st.dictionaries(keys, small, max_size=5),
        removed=st.sets(keys, max_size=3),
        form=st.sampled_from(["one layer", "pages", "pages with numbers"]),
    )
    def put_layers_on_a_stored_map(self, pair: Any, changes: dict[str, int], removed: set[str], form: str) -> Any:
        wide, plain = pair
        expected = {key: value for key, value in plain.items() if key not in removed} | changes
        gone: dict[str, Any] = dict.fromkeys(removed - set(changes), ABSENT)
        layers: list[MapLayer] = [gone | {key: packed(value) for key, value in changes.items()}]
        if form != "one layer":
            layers = [gone, page_run(changes, PACK, form == "pages with numbers")]
        return self.remember_map(wide.with_layers(layers, len(expected), bool(gone)), expected)

    @rule(target=maps, pair=stored_maps)
    def copy_a_stored_map(self, pair: Any) -> Any:
        return self.remember_map(pair[0].copy(), dict(pair[1]))

    @rule(target=lists, pair=lists, items=st.lists(small, max_size=3), pops=st.integers(0, 2))
    def append_to_a_copy(self, pair: Any, items: list[int], pops: int) -> Any:
        grown, plain = pair[0].copy(), list(pair[1])
        for item in items:
            grown.append(item)
            plain.append(item)
        for _ in range(min(pops, len(plain))):
            grown.pop()
            plain.pop()
        return self.remember_list(grown, plain)

    @rule(pair=consumes(lists), item=small)
    def append_in_place(self, pair: Any, item: int) -> None:
        pair[0].append(item)
        pair[1].append(item)

    @rule(a=maps, b=maps, last=keys)
    def compare_keys(self, a: Any, b: Any, last: str) -> None:
        told = a[0].keys_since(b[0], last)
        if told is not None:
            assert set(told[0]) == {key for key in set(a[1]) - set(b[1]) if key <= last}
            assert set(told[1]) == {key for key in set(b[1]) - set(a[1]) if key <= last}

    @invariant()
    def nothing_else_has_changed(self) -> None:
        for wide, plain in self.maps_made[-6:] + self.maps_made[:2]:
            assert_same_map(wide, plain)
        for grown, items in self.lists_made[-6:] + self.lists_made[:2]:
            assert_same_list(grown, items)


TestCopies = Copies.TestCase


def test_overlay_maps_and_grow_lists_compare_by_content() -> None:
    assert OverlayMap({"a": 1}) != [1]
    assert GrowList([1]) != {"a": 1}
    assert GrowList([1]) == GrowList([1, 2], 1)
    assert OverlayMap({"a": 1}) == OverlayMap({"a": packed(1)})
    with pytest.raises(TypeError):
        hash(OverlayMap({}))
    with pytest.raises(KeyError):
        OverlayMap({})["a"]
    assert 1 not in OverlayMap({"1": 1})


def test_only_a_stored_map_that_no_draft_has_changed_gets_layers() -> None:
    changed = paged({"a": 1}, PACK)
    changed["b"] = 2
    for wide in (changed, OverlayMap({"a": 1})):
        with pytest.raises(SnapshotDamaged):
            wide.with_layers([{"c": 3}], 2, False)


def test_plain_copies_only_overlay_maps_and_grow_lists() -> None:
    shared = {"deep": [1]}
    memory = OverlayMap({"a": OverlayMap({"b": GrowList([shared])}), "c": shared})
    state = State(
        {"memory": memory, "list": GrowList([1, 2, 3], 2), "other": {"x": OverlayMap({}), "y": 1}, "kept": shared},
        frozenset(
            {
                ("memory",),
                ("memory", "a"),
                ("memory", "a", "b"),
                ("list",),
                ("other", "x"),
                ("gone", "x"),
                ("kept", "deep", "no"),
            }
        ),
    )
    plain = state.plain()
    assert plain == {
        "memory": {"a": {"b": [shared]}, "c": shared},
        "list": [1, 2],
        "other": {"x": {}, "y": 1},
        "kept": shared,
    }
    assert type(plain["memory"]) is type(plain["memory"]["a"]) is dict
    assert type(plain["memory"]["a"]["b"]) is type(plain["list"]) is list
    assert plain["memory"]["c"] is shared
    assert type(state.root["memory"]) is OverlayMap, "the state itself is as it was"
    assert type(state.root["other"]["x"]) is OverlayMap
    plain["memory"]["new"] = 1
    assert "new" not in memory


@given(st.recursive(small, lambda inner: st.lists(inner) | st.dictionaries(keys, inner), max_leaves=10))
def test_leaves_are_the_same_for_grown_containers(value: Any) -> None:
    def grown(v: Any) -> Any:
        if isinstance(v, dict):
            return OverlayMap({key: grown(child) for key, child in v.items()})
        return GrowList([grown(child) for child in v]) if isinstance(v, list) else v

    found = list(leaves({"root": grown(value)}))
    assert found == list(leaves({"root": value}))
    assert all(type(leaf) in (int, dict, list) for _, leaf in found)
    assert len({path for path, _ in found}) == len(found) > 0


def test_the_empty_state_has_no_leaf() -> None:
    assert list(leaves({})) == []
    assert list(leaves({"a": {}, "b": []})) == [(("a",), {}), (("b",), [])]
