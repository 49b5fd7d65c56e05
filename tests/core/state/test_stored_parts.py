"""Maps of stored snapshots, whose pages are read when they are needed."""

from __future__ import annotations

from itertools import islice
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replay_gui.core.state.state import ABSENT, OverlayMap
from replay_gui.core.state.stored_parts import MapLayer, PagedMap, PageRun, PartTable
from replay_gui.core.text.value_preview import member_text
from tests.helpers.kept_indexes import page_run

keys, small = st.sampled_from("abcdefgh"), st.integers(0, 9)


@given(st.dictionaries(keys, small, min_size=1), st.lists(st.dictionaries(keys, small | st.none())))
def test_the_keys_come_in_the_order_of_a_copy(lowest: dict[str, int], changes: list[dict[str, int | None]]) -> None:
    above: list[MapLayer] = [
        {key: ABSENT if value is None else value for key, value in change.items()} for change in changes
    ]
    members: dict[str, Any] = dict(sorted(lowest.items()))
    for layer in reversed(above):
        assert isinstance(layer, dict)
        members.update(layer)
    expected = [key for key, value in members.items() if value is not ABSENT]
    has_removed = any(None in change.values() for change in changes)
    for below in (page_run(lowest, 3), dict(sorted(lowest.items()))):
        found = PagedMap([*above, below], len(expected), has_removed)
        assert list(found) == list(found.copy()) == expected


def test_the_first_members_of_a_map_need_the_pages_of_these_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """A preview of a map of 100,000 members read all of them for each painting."""
    read: list[int] = []
    part = PartTable.part

    def noted(table: PartTable, number: int) -> Any:
        read.append(number)
        return part(table, number)

    monkeypatch.setattr(PartTable, "part", noted)
    members = {f"key {n:03}": n for n in range(300)}
    runs: list[PageRun] = [page_run({"key 150": 0, "new": 1}, 2, numbers=True), page_run(members, 10)]
    value = OverlayMap(PagedMap(runs, 301))
    assert list(islice(value.items(), 3)) == [("key 000", 0), ("key 001", 1), ("key 002", 2)]
    assert member_text(value).startswith("{key 000: 0, key 001: 1")
    assert set(read) == {0}
    assert len(read) == 1
    assert len(list(value)) == 301
