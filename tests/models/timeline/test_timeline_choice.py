from __future__ import annotations

import pytest

from replay_gui.models.timeline.timeline_choice import ALL_LANES, REST, TOOLS, LaneChoice


def test_what_was_saved_is_restored() -> None:
    choice = ALL_LANES.toggled(TOOLS).without("tool:a\u202e").without("errors")
    assert LaneChoice.restored(choice.save()) == choice
    assert LaneChoice.restored(ALL_LANES.save()) == ALL_LANES


def test_choosing() -> None:
    assert ALL_LANES.toggled(REST).toggled(REST) == ALL_LANES
    hidden = ALL_LANES.without("errors").without("agent")
    assert hidden.with_lane("agent") == ALL_LANES.without("errors")
    assert hidden.toggled(TOOLS).with_all() == ALL_LANES.toggled(TOOLS)


@pytest.mark.parametrize(
    "saved",
    [None, 7, "", "{", "[]", "null", '{"folded": 3}', '{"folded": ["x", 1], "hidden": {"a": 1}}', b"{}", "[" * 100_000],
)
def test_invalid_data_is_ignored(saved: object) -> None:
    assert LaneChoice.restored(saved) == ALL_LANES
