"""Numbers in the agent's messages that need a source, and those that can be counted, estimated or computed."""

from __future__ import annotations

from typing import Any

import pytest

from replay_gui.core.log.event import Event
from replay_gui.core.log.positions import EventIndex
from replay_gui.core.reasons.marks.derived_figures import Computable, is_counted
from replay_gui.core.reasons.marks.figure_watch import FigureWatch


def event(index: int, kind: str, payload: dict[str, Any]) -> Event:
    return Event(EventIndex(index), 0, 0, f"r:{index}", kind, payload, {}, b"", None, None, None)


def figures(message: str, *outputs: Any) -> tuple[str, ...]:
    """Return the figures without a source in a message that follows these answers of tools."""
    watch = FigureWatch()
    events = [event(0, "Observation", {"obs_type": "message", "source": "user", "data": "What does it cost?"})]
    for output in outputs:
        answer = {"tool_name": "t", "request_hash": "", "output": output, "success": True, "error": None}
        events.append(event(len(events), "ToolResponse", answer))
    for earlier in events:
        assert watch.add_event(earlier) == ()
    return watch.add_event(
        event(len(events), "Decision", {"decision_type": "message", "data": message, "reasoning": None})
    )


@pytest.mark.parametrize(
    ("message", "found"),
    [
        ("It holds 412 and 1,371 items.", ("412", "1371")),
        ("It costs $54 and 12 €, or 7.25 in all.", ("54", "12", "7.25")),
        ("It costs 54 EUR and £17.", ("54", "17")),
        ("10. First\n11. Second, of 100 steps and 57 files", ()),  # counted
        ("Set the limits to 5,000 and 200.", ()),  # round
        ("That is 43% and 51.5 %, up from 12 %.", ()),  # shares
        ("In 2024 and 1999, 3 and 4.", ()),
        ("It holds 412 items, 43% of them new.", ()),  # only one figure
    ],
)
def test_what_needs_a_source(message: str, found: tuple[str, ...]) -> None:
    assert figures(message) == found


def test_what_was_shown_can_be_counted() -> None:
    claim = "There are 412 lines and 371 names."
    assert figures(claim, "line\n" * 411) == ()
    assert figures(claim, ["item"] * 412) == ()
    assert figures(claim, {f"k{number}": None for number in range(412)}) == ()
    assert figures(claim, "line\n" * 370) == ()  # one of two is left, and one is no mark
    assert figures(claim, "line\n" * 300) == ("412", "371")


@pytest.mark.parametrize(
    ("message", "found"),
    [
        ("$105 + $190 = $295, or $105 + $102 = $207.", ()),
        ("Each is $190, both are $380, and with $105 it is $485.", ()),
        ("$105, $190 and $102 make $397, 132.33 each.", ()),
        ("A third of $190 and $105 is $63.33 and $35.", ("63.33", "35")),  # 3 is in no earlier event
        ("$190 less $105 is $85, twice $850.25.", ()),  # one figure alone
        ("$190 and $105 make $850.25 and $31.07.", ("850.25", "31.07")),
    ],
)
def test_what_is_computed_from_known_figures(message: str, found: tuple[str, ...]) -> None:
    assert figures(message, {"prices": [105, 190, 102]}) == found


def test_figures_without_a_source_do_not_prove_each_other() -> None:
    assert figures("It is $412.50, and $37.25 more make $449.75.") == ("412.5", "37.25")


@pytest.mark.parametrize(
    ("figure", "most", "counted"),
    [("100", 0, True), ("101", 0, False), ("101", 101, True), ("500", 0, True), ("510", 0, False), ("1.5", 9, False)],
)
def test_a_count(figure: str, most: int, counted: bool) -> None:
    assert is_counted(figure, most) is counted


def test_numbers_of_many_digits_are_not_computed_with() -> None:
    long = "9" * 40
    assert not is_counted(long, 5)
    assert long not in Computable([long, "1"])
    assert "1" + "0" * 17 not in Computable(["9" * 18, "9" * 18])
    assert "0.33" in Computable(["1", "3"])
    assert "5" not in Computable(["0", "0"])


def test_a_number_that_becomes_known_is_computed_with() -> None:
    numbers = Computable(["10"])
    assert "17" not in numbers
    numbers.add("7")
    assert "17" in numbers
