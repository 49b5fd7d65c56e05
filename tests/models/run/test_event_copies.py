from __future__ import annotations

from dataclasses import replace

from replay_gui.core.log.positions import Position
from replay_gui.models.run.event_copies import event_as_json, event_as_markdown, event_as_text
from tests.helpers.story import event_at, position_state_at, story_index

INDEX = story_index(20)


def test_nothing_in_a_text_ends_its_block_or_is_markup() -> None:
    event = event_at(3)
    hostile = replace(event, payload={"decision_type": "message", "data": "````\n<img src=x>\x1b[31m"})
    text = event_as_markdown(position_state_at(4, event=hostile), INDEX)
    assert text is not None
    head, _, body = text.partition("\n\n")
    assert head.startswith("**4 · Assistant** (+")
    assert body.startswith("`````text\n")
    assert body.endswith("\n`````\n")
    assert "\x1b" not in text
    tool = replace(event_at(1), payload={"tool_name": "**<b>`", "input": {}})
    assert "\\*\\*\\<b\\>\\`" in (event_as_markdown(position_state_at(2, event=tool), INDEX) or "")


def test_before_the_first_event_there_is_nothing() -> None:
    nothing = position_state_at(0)
    assert nothing.position == Position(0)
    assert event_as_text(nothing) is None
    assert event_as_json(nothing) is None
    assert event_as_markdown(nothing, INDEX) is None
