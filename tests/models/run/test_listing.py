from __future__ import annotations

import numpy as np

from replay_gui.core.log.positions import EventIndex
from replay_gui.models.run.event_filter import EventFilter
from replay_gui.models.run.listing import Listing
from tests.helpers.story import STORY, story_index

INDEX = story_index(len(STORY) * 10)


def shown(listing: Listing, found: list[int] | None = None) -> list[int]:
    """The indexes of the shown events, asked for in parts of 7."""
    hits = np.array(found or [], np.int64)
    parts = range(0, INDEX.count, 7)
    return [
        start + at
        for start in parts
        for at in np.flatnonzero(
            listing.shows(INDEX, EventIndex(start), EventIndex(min(start + 7, INDEX.count)), hits)
        ).tolist()
    ]


def test_only_some_and_all_but_some() -> None:
    tools, kinds = frozenset({"search"}), frozenset({"Decision"})
    only = EventFilter(kinds=kinds, tools=tools)
    without = EventFilter(without_kinds=kinds, without_tools=tools)
    assert not only.shows_all
    assert not without.shows_all
    assert sorted(shown(Listing(filter=only)) + shown(Listing(filter=without))) == list(range(INDEX.count))
    both = EventFilter(tools=tools, without_tools=tools)
    assert shown(Listing(filter=both)) == []


def test_hits_that_pass_the_filter() -> None:
    found = [0, 6, 7, 13, 14, 149]
    assert shown(Listing(hits_only=True), found) == found
    decisions = EventFilter(kinds=frozenset({"Decision"}))
    listed = shown(Listing(filter=decisions, hits_only=True), found)
    assert listed == [at for at in found if INDEX.kinds[INDEX.kind[at]] == "Decision"]
    assert not Listing(hits_only=True).shows_all
