"""What the calls of a tool do, over a run, and in words."""

from __future__ import annotations

from replay_gui.core.effects.call_reader import call_key
from replay_gui.core.effects.classifier import EffectClassifier
from replay_gui.core.effects.effect import Effect, EffectFinding
from replay_gui.core.effects.effect_words import tool_effect_words
from replay_gui.core.effects.tool_call import ToolCall
from replay_gui.core.effects.tool_effects import ToolEffects, tool_effects
from replay_gui.core.log.positions import EventIndex

CLASSIFIER = EffectClassifier()


def _call(tool: str, command: str = "") -> ToolCall:
    asked = {"command": command} if command else {"id": 1}
    finding = CLASSIFIER.find(tool, asked)
    return ToolCall(
        request=EventIndex(0),
        response=None,
        tool=tool,
        input=asked,
        key=call_key(tool, asked),
        answer=None,
        ok=None,
        effect=finding.effect,
        reason=finding.reason,
        targets=finding.targets,
        certain=finding.certain,
    )


def test_a_tool_of_one_effect_says_which_and_what_says_so() -> None:
    effects = tool_effects([_call("get_order"), _call("get_order")])
    assert effects == {"get_order": ToolEffects({Effect.READS: 2}, 'the name says "get"')}
    assert effects["get_order"].finding == EffectFinding(Effect.READS, 'the name says "get"')
    assert tool_effect_words(effects["get_order"]) == 'reads: the name says "get"'


def test_reasons_that_differ_are_not_told_of_all_calls() -> None:
    effects = tool_effects([_call("bash", "rm a.py"), _call("bash", "touch b.py")])["bash"]
    assert effects.finding == EffectFinding(Effect.CHANGES, "")
    assert tool_effect_words(effects) == "changes something"


def test_of_several_effects_each_is_counted() -> None:
    effects = tool_effects([_call("bash", text) for text in ("rm a.py", "ls", "pytest", "cat a.py")])["bash"]
    assert effects.finding is None
    assert tool_effect_words(effects) == "reads 2, checks 1, changes something 1"
