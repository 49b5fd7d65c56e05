from __future__ import annotations

from collections.abc import Iterator, Sequence

from pytestqt.qtbot import QtBot

from replay_gui.models.palette.palette_entry import PaletteEntry, PaletteGroup
from replay_gui.models.palette.palette_list import ENTRIES_PER_TURN, MAX_SHOWN_ENTRIES, PaletteList
from replay_gui.models.palette.value_paths import MAX_VALUES, value_paths


def entry(name: str, group: PaletteGroup = PaletteGroup.ACTION, enabled: bool = True) -> PaletteEntry:
    return PaletteEntry(group=group, name=name, act=list, enabled=enabled)


def names(entries: PaletteList) -> list[str]:
    return [entries.entry(row).name for row in range(entries.rowCount())]


def test_actions_before_values_and_what_can_be_done_before_what_cannot() -> None:
    entries = PaletteList()
    values = iter([entry("next", PaletteGroup.VALUE)])
    entries.fill([entry("next error", enabled=False), entry("next hit"), entry("other")], values)
    assert names(entries) == ["next hit", "other", "next", "next error"]
    entries.find("next")
    assert names(entries) == ["next hit", "next", "next error"]
    assert entries.spans(0) == ((0, 4),)


def test_a_long_list_is_made_and_looked_at_in_turns(qtbot: QtBot) -> None:
    made = []

    def values() -> Iterator[PaletteEntry]:
        for number in range(3 * ENTRIES_PER_TURN):
            made.append(number)
            yield entry(f"value {number}", PaletteGroup.VALUE)

    entries = PaletteList()
    entries.fill([], values())
    assert len(made) == ENTRIES_PER_TURN
    assert entries.rowCount() == MAX_SHOWN_ENTRIES
    entries.find(f"value {3 * ENTRIES_PER_TURN - 1}")
    assert len(made) == ENTRIES_PER_TURN, "what is there is looked at first"
    qtbot.waitUntil(lambda: entries.is_complete)
    assert names(entries) == [f"value {3 * ENTRIES_PER_TURN - 1}"]
    entries.clear()
    assert entries.rowCount() == 0


def test_what_is_made_of_the_typed_text_is_first() -> None:
    def events(typed: str) -> Sequence[PaletteEntry]:
        return (entry(f"Event {typed}", PaletteGroup.EVENT),) if typed.isdecimal() else ()

    entries = PaletteList(events)
    entries.fill([entry("12")], iter(()))
    entries.find(" 12 ")
    assert names(entries) == ["Event 12", "12"]


def test_the_values_of_a_state_the_shallow_ones_first() -> None:
    state = {"a": {"b": [1, {"c": None}]}, "d": "text"}
    assert [path for path, _ in value_paths(state)] == [
        ("a",), ("d",), ("a", "b"), ("a", "b", 0), ("a", "b", 1), ("a", "b", 1, "c"),
    ]  # fmt: skip
    assert len(list(value_paths({"wide": range(2 * MAX_VALUES)}))) == MAX_VALUES
