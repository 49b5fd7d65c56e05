from __future__ import annotations

from dataclasses import replace

from replay_gui.core.log.event import Event
from replay_gui.core.log.positions import EventIndex
from replay_gui.core.reasons.marked_text import marked_text
from replay_gui.core.reasons.reason import ReasonKind, Tier
from replay_gui.core.reasons.trail import MAX_TRAIL_EVENTS, fallback_events, key_events, trail_events
from tests.helpers.reasons import CANCEL, LOOKED, why_of
from tests.helpers.story import event_at


def at(*indexes: int) -> list[EventIndex]:
    return [*map(EventIndex, indexes)]


def test_the_events_that_a_reason_names() -> None:
    assert key_events(CANCEL, "b") == [4, 6, 19]
    assert key_events(CANCEL, "a") == []


def test_events_around_those_that_matter_and_short_gaps_are_filled() -> None:
    assert trail_events(at(4, 9), [], [], count=30, hidden=[]) == [3, 4, 5, 6, 7, 8, 9, 10]
    assert trail_events(at(4, 20), [], [], count=30, hidden=[]) == [3, 4, 5, 19, 20, 21]
    assert trail_events(at(10), [], [], count=12, hidden=[]) == [6, 7, 8, 9, 10, 11]
    assert trail_events([], at(5), [(0, 3)], count=30, hidden=[]) == [*range(10)]


def test_what_is_no_step_is_left_out_unless_it_matters() -> None:
    hidden = [index in (3, 5) for index in range(30)]
    assert trail_events(at(5, 9), [], [], count=30, hidden=hidden) == [4, 5, 6, 7, 8, 9, 10]


def test_a_trail_is_bounded() -> None:
    assert len(trail_events(at(1, 5_000), [], [(0, 100_000)], count=1 << 20, hidden=[])) <= MAX_TRAIL_EVENTS


def test_a_reason_that_names_no_event_shows_what_differs() -> None:
    why = why_of()
    handed_in = replace(LOOKED, kind=ReasonKind.SUBMISSION, tier=Tier.RESULT)
    assert fallback_events(handed_in, why, "b", 30) == [10, 19, 21]
    assert fallback_events(replace(LOOKED, kind=ReasonKind.SETUP), why, "a", 30) == [0]
    assert fallback_events(LOOKED, why, "a", 30) == [29]
    assert fallback_events(LOOKED, why, "a", 0) == []


def _said(text: str) -> Event:
    payload = {"obs_type": "message", "source": "user", "data": text}
    return replace(event_at(0), kind="Observation", payload=payload)


def _marked(event: Event, *values: str) -> tuple[str, list[str]]:
    text, spans = marked_text(event, values)
    return text, [text[start:stop] for start, stop in spans]


def test_values_are_marked_as_words_of_their_own() -> None:
    assert _marked(_said("cancel PX4R7D, not PX4R7DD"), "PX4R7D") == ("cancel PX4R7D, not PX4R7DD", ["PX4R7D"])
    assert _marked(_said("nothing"), "PX4R7D", "") == ("nothing", [])
    assert _marked(_said("ab abc"), "ab", "abc") == ("ab abc", ["ab", "abc"])


def test_the_text_begins_shortly_before_the_first_value() -> None:
    text, words = _marked(_said("x " * 60 + "PX4R7D and more"), "PX4R7D")
    assert text.startswith("…")
    assert text.index("PX4R7D") < 40
    assert words == ["PX4R7D"]
    text, _ = _marked(_said("x " * 60 + "PX4R7D and more" * 9), "PX4R7D")
    assert len(text) > 140, "what follows is not cut where the usual line ends"


def test_a_value_that_the_usual_line_does_not_hold_is_found_in_the_event() -> None:
    output = {f"pad{number}": "y" * 90 for number in range(9)} | {"orders": ["A1", "PX4R7D"], "total": 612.0}
    event = replace(event_at(0), kind="ToolResponse", payload={"tool_name": "t", "success": True, "output": output})
    assert _marked(event, "PX4R7D") == ("orders: PX4R7D", ["PX4R7D"])
    assert _marked(event, "612") == ("total: 612", ["612"])


def test_hostile_texts_are_one_visible_line() -> None:
    text, words = _marked(_said("\x1b[31m\u202e evil\nPX4R7D"), "PX4R7D")
    assert "\x1b" not in text
    assert "\n" not in text
    assert words == ["PX4R7D"]
