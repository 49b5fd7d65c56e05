from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import replay_gui.core.divergence.differences as module
from replay_gui.core.divergence.comparison import Difference
from replay_gui.core.divergence.differences import find_differences
from replay_gui.core.divergence.word_diff import changed_words
from replay_gui.core.state import state
from replay_gui.core.state.state import ABSENT, GrowList, OverlayMap
from tests.helpers.kept_indexes import stored

scalars = (
    st.none()
    | st.booleans()
    | st.integers(-3, 3)
    | st.floats(allow_nan=True)
    | st.text(max_size=3)
    | st.binary(max_size=2)
)
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=2), inner, max_size=4)
)


def found(a: Any, b: Any) -> list[Difference]:
    return list(find_differences(a, b))


@given(values)
def test_a_value_does_not_differ_from_its_copy(value: Any) -> None:
    assert found(value, copy.deepcopy(value)) == []


@given(values, values)
@settings(deadline=None)
def test_values_differ_somewhere_unless_they_are_one(a: Any, b: Any) -> None:
    assert bool(found(a, b)) == (msgspec.msgpack.encode(a, order="sorted") != msgspec.msgpack.encode(b, order="sorted"))


def test_paths_are_pointers_in_the_order_of_their_keys() -> None:
    a = {"b": {"x/y": 1, "same": [1]}, "a": "one", "gone": 0}
    b = {"b": {"x/y": 2, "same": [1]}, "a": "two", "new": None}
    assert found(a, b) == [
        Difference("/a", "one", "two"),
        Difference("/b/x~1y", 1, 2),
        Difference("/gone", 0, ABSENT),
        Difference("/new", ABSENT, None),
    ]


def test_an_item_that_is_inserted_is_the_only_difference() -> None:
    items = [{"id": i} for i in range(50)]
    assert found({"l": items}, {"l": [{"id": 99}, *items]}) == [Difference("/l/0", ABSENT, {"id": 99})]
    assert found({"l": items}, {"l": items[:7] + items[8:]}) == [Difference("/l/7", {"id": 7}, ABSENT)]


@pytest.mark.parametrize("wrap", [lambda item: item, lambda item: msgspec.Raw(msgspec.msgpack.encode(item))])
def test_items_inserted_into_a_long_list_are_the_only_differences(wrap: Callable[[Any], Any]) -> None:
    items = [{"id": i, "text": "again"} for i in range(20_000)]
    longer = list(items)
    for place in (5, 9_000, 15_000):
        longer.insert(place, {"id": -place})
    expected = [Difference(f"/{place}", ABSENT, {"id": -place}) for place in (5, 9_000, 15_000)]
    assert found([*map(wrap, items)], [*map(wrap, longer)]) == expected


def test_items_beyond_what_is_aligned_are_compared_by_their_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_MAX_ALIGNED_ITEMS", 3)
    assert [one.path for one in found([0, 1, 2, 3, 9], [0, 7, 1, 2, 3, 9])] == ["/1"], "both ends are alike"
    assert [one.path for one in found([0, 1, 2, 3, 9, 8], [7, 0, 1, 2, 3, 9, 6])] == [f"/{i}" for i in range(7)]


@given(st.lists(st.integers(0, 3), max_size=14), st.lists(st.integers(0, 3), max_size=14), st.integers(0, 2))
def test_lists_in_packs_differ_as_plain_ones_do(a: list[int], b: list[int], looked_at: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(state, "PACK_ITEMS", 4)
        kept = [_in_packs(items) for items in (a, b)]
        for one in kept:
            one[: 4 * looked_at]
        assert found(*kept) == found(a, b)


def _in_packs(items: list[int]) -> GrowList:
    whole = len(items) - len(items) % 4
    packs = [stored(items[at : at + 4]) for at in range(0, whole, 4)]
    return GrowList([msgspec.Raw(msgspec.msgpack.encode(item)) for item in items[whole:]], packs=packs)


def test_numbers_are_what_they_are() -> None:
    assert len(found([1, True, 0.0, "1"], [1.0, 1, -0.0, b"1"])) == 4
    assert found([float("nan")], [float("nan")]) == []


def test_states_are_compared_without_unpacking_what_is_equal() -> None:
    raw = msgspec.Raw(msgspec.msgpack.encode({"deep": [1]}))
    a = OverlayMap({"same": raw, "other": msgspec.Raw(msgspec.msgpack.encode(1))})
    b = OverlayMap({"same": msgspec.Raw(bytes(raw)), "other": 2})
    assert found({"m": a}, {"m": b}) == [Difference("/m/other", 1, 2)]
    assert type(a.packed()["same"]) is msgspec.Raw
    store = [raw, raw]
    assert found(GrowList(store, 1), GrowList(store, 2)) == [Difference("/1", ABSENT, {"deep": [1]})]


def test_words_that_differ_are_marked_whole() -> None:
    a, b = "Newest is 0042: check its index", "Newest is 0041: check the index"
    spans_a, spans_b = changed_words(a, b)
    assert [a[start:end] for start, end in spans_a] == ["0042", "its"]
    assert [b[start:end] for start, end in spans_b] == ["0041", "the"]


@given(st.text(alphabet="ab c.", max_size=30), st.text(alphabet="ab c.", max_size=30))
def test_without_its_spans_both_texts_are_the_same(a: str, b: str) -> None:
    spans_a, spans_b = changed_words(a, b)

    def rest(text: str, spans: tuple[tuple[int, int], ...]) -> str:
        kept, at = "", 0
        for start, end in spans:
            assert at <= start < end
            kept, at = kept + text[at:start], end
        return (kept + text[at:]).replace(" ", "")

    assert rest(a, spans_a) == rest(b, spans_b)


def test_very_long_texts_have_one_span() -> None:
    text = "word " * 400_000
    assert changed_words(text, text[:1000] + "new " + text[1000:]) == ((), ((1000, 1004),))
