from __future__ import annotations

from replay_gui.core.effects.effect import Effect
from replay_gui.core.effects.tool_effects import ToolEffects
from replay_gui.models.timeline.lane_words import lane_words
from replay_gui.models.timeline.lanes import Lanes
from replay_gui.models.timeline.timeline_choice import TOOLS, LaneChoice
from replay_gui.models.timeline.timeline_marks import TimelineMarks
from replay_gui.models.timeline.timeline_scene import NO_MARKS
from tests.helpers.story import story_index


def test_a_lane_says_how_many_and_what_its_tool_does() -> None:
    lanes = Lanes.of(story_index(60))
    marks = TimelineMarks(tool_effects={"search": ToolEffects({Effect.READS: 3}, "declared read-only")})
    of_search = next(lane for lane in lanes.rows() if lane.title == "search")
    calls = f"{of_search.count:,} calls"
    assert lane_words(of_search, NO_MARKS) == calls
    assert lane_words(of_search, marks) == f"{calls} · reads: declared read-only"
    folded = next(lane for lane in lanes.rows(LaneChoice(folded=frozenset({TOOLS}))) if lane.title == "Tools")
    assert lane_words(folded, marks) == f"{folded.count:,} calls"
    of_memory = next(lane for lane in lanes.rows() if lane.title == "Memory")
    assert lane_words(of_memory, marks) == f"{of_memory.count} events\nIts memory was written or read"
