from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from replay_gui.core.facts.nesting import NestingBuilder
from replay_gui.core.log.positions import EventIndex, Position
from replay_gui.models.timeline.subagents import Subagents, positions_in

PATHS = [None, ["a"], ["a", "b"], ["c"], ["c", "d", "e"]]


def subagents(story: list[list[str] | None]) -> Subagents:
    builder = NestingBuilder()
    for position, path in enumerate(story, 1):
        builder.add_event(Position(position), {"subagent": path} if path else {})
    return Subagents.of(builder.build())


STORY = [None, ["a"], ["a"], ["a", "b"], ["a", "b"], ["c"], ["a"], None]


def test_each_event_has_a_depth_and_each_subagent_a_first_event() -> None:
    found = subagents(STORY)
    assert [found.depth(EventIndex(place)) for place in range(9)] == [0, 1, 1, 2, 2, 1, 1, 0, 0]
    assert found.first_events == (1, 3, 5)
    assert [found.starting_at(EventIndex(place)) for place in (0, 1, 2, 3, 5)] == [None, 0, None, 1, 2]
    assert [found.count(number) for number in range(3)] == [5, 2, 1]
    assert found.spans(0).tolist() == [[2, 3], [7, 7]]


def test_of_the_folded_only_the_first_event_shows() -> None:
    found, places = subagents(STORY), np.arange(8)
    assert places[~found.hidden(frozenset({0}), places)].tolist() == [0, 1, 5, 7]
    assert places[~found.hidden(frozenset({1}), places)].tolist() == [0, 1, 2, 3, 5, 6, 7]
    assert places[~found.hidden(frozenset({0, 1, 2}), places)].tolist() == [0, 1, 5, 7]
    assert not found.hidden(frozenset(), places).any()


@given(st.lists(st.sampled_from(PATHS), max_size=40), st.frozensets(st.integers(0, 4)))
def test_as_counted_one_by_one(story: list[list[str] | None], wanted: frozenset[int]) -> None:
    found = subagents(story)
    folded = frozenset(number for number in wanted if number < len(found.paths))
    shut = [found.paths[number] for number in folded]
    shown, begun = [], set()
    for place, path in enumerate(story):
        about = [one for one in shut if path and tuple(path[: len(one)]) == one]
        outermost = min(about, key=len, default=None)
        if outermost is None or outermost not in begun:
            shown.append(place)
        begun.add(outermost)
    places = np.arange(len(story))
    assert places[~found.hidden(folded, places)].tolist() == shown
    assert [found.depth(EventIndex(place)) for place in range(len(story))] == [len(path or ()) for path in story]
    for number, whose in enumerate(found.paths):
        mine = [place + 1 for place, other in enumerate(story) if other == list(whose)]
        assert positions_in(found.spans(number)).tolist() == mine
