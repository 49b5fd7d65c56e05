from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replay_gui.core.state.state import ABSENT, GrowList, OverlayMap, StateChange
from replay_gui.core.state.state_changes import StateChanges
from replay_gui.models.run.value_rows import PAGE_MEMBERS, PAGE_TEXT_CHARACTERS, TreeView, ValueTree
from replay_gui.models.run.value_search import MAX_HITS, ValueSearch
from replay_gui.models.values.value_row import ChangeMark, RowKind, ValueRow


def rows(root: Any, *changes: StateChange, **view: Any) -> list[ValueRow]:
    return ValueTree().rows(root, StateChanges(changes), TreeView(**view))


def words(found: list[ValueRow]) -> list[str]:
    return [f"{'  ' * r.depth}{r.key} {r.text}{r.note}".rstrip() for r in found]


def test_keys_are_sorted_and_counted() -> None:
    state = {"b": {"y": 1}, "a": [1, 2], "c": None, "d": {}}
    assert words(rows(state)) == ["a [1, 2]", "b {y: 1}", "c null", "d {}"]
    assert [r.expandable for r in rows(state)] == [True, True, False, False]


def test_what_is_expanded_shows_its_members() -> None:
    state = {"a": {"x": {"y": 1}}, "l": ["p", 2.5, True, b"\x00\xff"]}
    assert words(rows(state, expanded={("a",), ("l",)})) == [
        "a (1)", "  x {y: 1}", "l (4)", '  0 "p"', "  1 2.5", "  2 true", "  3 2 bytes 00ff",
    ]  # fmt: skip


def test_hostile_keys_and_texts_are_one_visible_line() -> None:
    [row, *_] = rows({"a\u202eb\n": "x\ny\x1b"})
    assert row.key == "a\\u202eb\\n"
    assert row.text == '"x\\ny\\x1b"'


def test_changes_are_marked_and_lead_there() -> None:
    state = {"a": {"x": 2, "y": 1}, "b": {"n": 1}}
    found = rows(
        state, StateChange(("a", "x"), 1, 2), StateChange(("b", "n"), ABSENT, 1), StateChange(("b", "gone"), 7, ABSENT)
    )
    assert [(r.path, r.mark, r.old) for r in found] == [
        (("a",), ChangeMark.INSIDE, ""), (("a", "x"), ChangeMark.CHANGED, "1"), (("a", "y"), ChangeMark.SAME, ""),
        (("b",), ChangeMark.INSIDE, ""), (("b", "gone"), ChangeMark.REMOVED, ""), (("b", "n"), ChangeMark.ADDED, ""),
    ]  # fmt: skip
    assert found[4].text == "7"


def test_a_map_emptied_still_shows_what_was_removed() -> None:
    found = rows({"pending": {}}, StateChange(("pending", "k"), {"tool": "x"}, ABSENT))
    assert [(r.path, r.mark) for r in found] == [
        (("pending",), ChangeMark.INSIDE),
        (("pending", "k"), ChangeMark.REMOVED),
    ]


def test_a_replaced_map_is_compared_member_by_member() -> None:
    old, new = {"type": "A", "n": 1, "gone": 0}, {"type": "B", "n": 1, "fresh": 2}
    found = rows({"last": new}, StateChange(("last",), old, new))
    assert {r.path[-1]: (r.mark, r.old) for r in found[1:]} == {
        "type": (ChangeMark.CHANGED, '"A"'), "n": (ChangeMark.SAME, ""), "gone": (ChangeMark.REMOVED, ""),
        "fresh": (ChangeMark.ADDED, ""),
    }  # fmt: skip


def test_what_was_replaced_by_an_equal_value_is_not_changed() -> None:
    for old, new, mark in (
        ({"a": [1, {"b": "x"}]}, {"a": [1, {"b": "x"}]}, ChangeMark.SAME),
        ({"a": [1, {"b": "x"}]}, {"a": [1, {"b": "y"}]}, ChangeMark.CHANGED),
        ({"a": [1]}, {"a": [1.0]}, ChangeMark.CHANGED),
        ({"a": 1}, {"b": 1}, ChangeMark.CHANGED),
        ([], {}, ChangeMark.CHANGED),
        ("x", "x", ChangeMark.SAME),
        (list(range(999)), list(range(999)), ChangeMark.CHANGED),  # not compared
    ):
        found = rows({"errors": {"last": new}}, StateChange(("errors", "last"), old, new))
        assert found[0].mark is (ChangeMark.SAME if mark is ChangeMark.SAME else ChangeMark.INSIDE)
        assert all(row.mark is mark for row in found[1:2]), (old, new)


def test_what_an_event_changed_costs_no_more_than_what_is_shown_of_it() -> None:
    wide = [{f"m{n}": n for n in range(150)} for _ in range(400)]
    replaced = [StateChange((f"k{n:03}",), value, dict(value)) for n, value in enumerate(wide)]
    found = rows({change.path[0]: change.new for change in replaced}, *replaced)
    assert [found[0].mark, found[-1].mark] == [ChangeMark.SAME, ChangeMark.CHANGED]  # the last ones are not compared
    deep: dict[str, Any] = {str(n): {str(m): {str(k): 1 for k in range(20)} for m in range(20)} for n in range(20)}
    each = [StateChange((str(n), str(m), "7"), 0, 1) for n in range(20) for m in range(20)]
    found = rows(deep, *each)
    assert 500 < len(found) < 1_000
    assert {row.mark for row in found if row.depth < 2} == {ChangeMark.INSIDE}  # also what is not open
    assert found[2].mark is ChangeMark.SAME
    assert any(row.mark is ChangeMark.CHANGED for row in found)


def test_members_of_a_replaced_map_are_compared_with_their_types() -> None:
    old, new = {"x": [1, "a"], "y": [True], "z": {"n": 0}}, {"x": [1.0, "a"], "y": [True], "z": {"n": 1}}
    found = rows({"last": new}, StateChange(("last",), old, new))
    marks = {row.path[-1]: row.mark for row in found if row.depth == 1}
    assert marks == {"x": ChangeMark.CHANGED, "y": ChangeMark.SAME, "z": ChangeMark.CHANGED}


@pytest.mark.parametrize(("old", "new"), [(1, 1.0), (True, 1), (0, False)])
def test_one_and_one_point_nought_are_different(old: Any, new: Any) -> None:
    assert rows({"a": new}, StateChange(("a",), old, new))[0].mark is ChangeMark.CHANGED


def test_an_added_subtree_is_added_throughout_and_stays_closed() -> None:
    state = {"a": {"b": {"c": 1}}}
    assert len(rows(state, StateChange(("a",), ABSENT, state["a"]))) == 1
    found = rows(state, StateChange(("a",), ABSENT, state["a"]), expanded={("a",), ("a", "b")})
    assert {r.mark for r in found} == {ChangeMark.ADDED}
    assert len(found) == 3


def test_what_the_user_closed_stays_closed() -> None:
    assert len(rows({"a": {"x": 2}}, StateChange(("a", "x"), 1, 2), collapsed={("a",)})) == 1


def test_changed_only_leaves_the_rest_out() -> None:
    state = {"a": {"x": 2, "y": 1}, "b": 1}
    found = rows(state, StateChange(("a", "x"), 1, 2), changed_only=True)
    assert [r.path for r in found] == [("a",), ("a", "x")]
    assert rows(state, changed_only=True) == []


@pytest.mark.parametrize("wide", [lambda d: d, OverlayMap])
def test_a_wide_map_shows_a_page_and_the_changed_ones(wide: Any) -> None:
    state = wide({f"k{i:05}": i for i in range(1000)})
    found = rows(state, StateChange(("k00900",), 0, 900))
    assert len(found) == PAGE_MEMBERS + 2
    assert found[-2].key == "k00900"
    assert found[-1].note == f"… {1000 - PAGE_MEMBERS - 1:,} more"
    assert len(rows(state, pages={(): 2})) == 2 * PAGE_MEMBERS + 1
    assert len(rows(state, pages={(): 5})) == 1000


@pytest.mark.parametrize("long", [lambda values: values, GrowList])
def test_a_long_list_ends_at_the_newest(long: Any) -> None:
    found = rows({"m": long(list(range(391)))}, StateChange(("m", 3), 0, 3), expanded={("m",)})
    assert found[1].kind is RowKind.MORE
    assert found[1].note == "… 190 earlier"
    assert found[2].path == ("m", 3)
    assert [r.path[-1] for r in found[3:]] == list(range(191, 391))


def test_long_texts_open_into_their_lines_cut_at_a_page() -> None:
    text = "first line\n" + "word " * 30 + "\n" + "x" * (PAGE_TEXT_CHARACTERS + 500)
    found = rows({"t": text}, expanded={("t",)}, width=40)
    assert found[0].expandable
    assert found[1].text == "first line"
    assert all(len(r.text) <= 40 for r in found[1:])
    assert found[-1].kind is RowKind.MORE
    assert "characters more" in found[-1].note
    assert rows({"t": text}, expanded={("t",)}, pages={("t",): 2})[-1].kind is RowKind.TEXT
    assert not rows({"t": "short"})[0].expandable


def test_a_search_shows_hits_and_the_way_there() -> None:
    state = {"a": {"needle": 1, "other": 2}, "b": [{"z": "a Needle here"}], "c": 3}
    search = ValueSearch(state, "NEEDLE")
    search.search_more(100)
    assert search.ended
    assert search.complete
    assert search.found == {("a", "needle"), ("b", 0, "z")}
    shown = rows(state, found=search.found)
    assert [r.path for r in shown] == [("a",), ("a", "needle"), ("b",), ("b", 0), ("b", 0, "z")]


def test_a_search_goes_on_where_it_was() -> None:
    search = ValueSearch({"big": [*range(10_000), "needle"]}, "needle")
    turns = 0
    while not search.ended:
        found = search.search_more(1000)
        turns += 1
        assert turns < 20
    assert turns == 11
    assert found
    assert search.found == {("big", 10_000)}


def test_a_search_ends_with_enough_hits() -> None:
    search = ValueSearch({"big": ["needle"] * (MAX_HITS + 1)}, "needle")
    assert search.search_more(1_000_000)
    assert len(search.found) == MAX_HITS
    assert search.ended
    assert not search.complete


keys = st.text("abcdef", min_size=1, max_size=3)


@given(st.lists(st.tuples(keys, st.booleans()), max_size=12), st.randoms(use_true_random=False))
def test_kept_keys_are_the_ones_a_fresh_look_finds(steps: list[tuple[str, bool]], random_: random.Random) -> None:
    names = [f"{a}{b}{c}" for a in "abcdef" for b in "abcdef" for c in "abcdefgh"]
    state, tree, view = OverlayMap(dict.fromkeys(names, 0)), ValueTree(), TreeView()
    for key, add in steps:
        tree.rows(state, StateChanges(), view)  # type: ignore[arg-type]
        state = state.copy()
        if add:
            state[key] = 1
        elif key in state:
            del state[key]
        else:
            del state[random_.choice(sorted(state))]
        assert tree.rows(state, StateChanges(), view) == ValueTree().rows(state, StateChanges(), view)  # type: ignore[arg-type]
