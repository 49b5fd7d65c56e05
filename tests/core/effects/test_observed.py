"""What runs show of their tools, without names."""

from __future__ import annotations

from typing import Any

from replay_gui.core.effects.call_reader import call_key
from replay_gui.core.effects.effect import Effect
from replay_gui.core.effects.observed import observe_effects
from replay_gui.core.effects.tool_call import ToolCall
from replay_gui.core.log.positions import EventIndex

ORDER = {"id": "W1", "status": "open", "total": 12, "city": "Bern", "items": ["a", "b"], "owner": "u7"}


def calls(*asked: tuple[str, Any, Any]) -> list[ToolCall]:
    return [
        ToolCall(
            request=EventIndex(2 * at),
            response=EventIndex(2 * at + 1),
            tool=tool,
            input=input,
            key=call_key(tool, input),
            answer=answer,
            ok=True,
            effect=Effect.UNKNOWN,
            reason="",
        )
        for at, (tool, input, answer) in enumerate(asked)
    ]


def test_a_read_that_is_answered_otherwise_tells_of_a_change_in_between() -> None:
    run = calls(("t1", {"id": "W1"}, "open"), ("t2", {"id": "W1"}, "ok"), ("t1", {"id": "W1"}, "closed"))
    assert {tool: found.effect for tool, found in observe_effects([run]).items()} == {"t2": Effect.CHANGES}


def test_an_entity_that_is_given_back_changed_tells_of_a_change() -> None:
    changed = ORDER | {"city": "Basel"}
    run = calls(("t1", {"id": "W1"}, ORDER), ("t2", {"id": "W1", "city": "Basel"}, changed))
    (found,) = observe_effects([run]).items()
    assert (found[0], found[1].effect, found[1].certain) == ("t2", Effect.CHANGES, False)


def test_equal_answers_clear_a_tool() -> None:
    run = calls(
        ("t1", {"id": "W1"}, "open"), ("t3", {"q": 1}, "x"), ("t1", {"id": "W1"}, "open"), ("t3", {"q": 1}, "x")
    )
    assert {tool: found.effect for tool, found in observe_effects([run]).items()} == {
        "t1": Effect.READS,
        "t3": Effect.READS,
    }


def test_nothing_is_said_of_a_tool_that_shows_nothing() -> None:
    assert observe_effects([calls(("t1", {"id": 1}, "a"), ("t2", {"id": 2}, "b"))]) == {}
    assert observe_effects([]) == {}
    assert observe_effects([calls(*[("t1", {"id": 1}, {"status": "OK"}), ("t2", {"id": 2}, "")] * 3)]) == {}
