"""What is kept of the calls of a run gives its profile by any effects of its tools."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import pytest

from replay_gui.core.contrast.call_rules import NO_RULES, CallRules
from replay_gui.core.contrast.features.feature import FeatureKind
from replay_gui.core.contrast.profiling import read_calls, run_files
from replay_gui.core.contrast.run_calls import unpack_calls
from replay_gui.core.divergence.rules.rules import EFFECT_ACTIONS, Action, Rule
from replay_gui.core.effects.effect import Effect
from tests.helpers.effort import tries
from tests.helpers.evaluations.evaluation_logs import MadeCall, write_run

OPEN, EDIT, SAVE, ASK = TOOLS = ("tool_1", "tool_2", "tool_3", "tool_4")
TEXT = "def first():\n    pass\ndef second():\n    pass\n"
OLD, NEW = {"path": "a.py", "content": "def second():\n    pass\n"}, {"path": "b.py", "content": "def third(): pass"}
TEST = MadeCall("bash", {"command": "pytest -q"}, "3 passed in 0.1s")
BUSY = MadeCall(ASK, {"id": "W1"}, None, "busy at 2026-01-01T10:11:12Z")
CALLS = [
    MadeCall(OPEN, {"path": "a.py"}, TEXT),
    MadeCall(OPEN, {"path": "c.py"}, TEXT),
    MadeCall(ASK, {"id": "W1"}, {"state": "open"}),
    TEST,
    MadeCall(SAVE, OLD),
    MadeCall(EDIT, {"path": "b.py", "old_str": "x = 1", "new_str": "y = value(1)"}),
    BUSY,
    MadeCall(SAVE, NEW),
    MadeCall(SAVE, {"path": "d.py", "content": "def fourth(): pass"}),
    TEST,
    MadeCall("bash", {"command": "rm b.py"}, ""),  # nothing is left to check if the run has made the file
    *[MadeCall(ASK, {"id": "W2", "note": "n"}, "none in 3 ms")] * 3,
    BUSY,
]
ALL = [*product((Effect.UNKNOWN, Effect.READS, Effect.CHANGES), repeat=len(TOOLS))]
SOME = ALL[:: tries(11, long=1)]


@pytest.mark.parametrize("ignored", [(), (Rule(Action.IGNORE, path="/input/path", pattern="[ab]"),)])
def test_the_profile_by_effects_is_that_of_a_log_read_by_rules_that_state_them(
    tmp_path: Path, ignored: tuple[Rule, ...]
) -> None:
    (file,) = run_files(str(write_run(tmp_path / "run.rlog", CALLS)), str(tmp_path / "c"))
    packed, kinds = read_calls(file, CallRules(ignored)).calls.packed(), set[str]()
    for chosen in SOME:
        effects = {tool: effect for tool, effect in zip(TOOLS, chosen, strict=True) if effect is not Effect.UNKNOWN}
        rules = [*ignored, *(Rule(EFFECT_ACTIONS[effect], tool=tool) for tool, effect in effects.items())]
        by_rules = read_calls(file, CallRules(rules)).calls.profile({})
        assert unpack_calls(packed).profile(effects) == by_rules, effects
        kinds |= {held.feature.kind for held in by_rules.features}
    by_effects = {
        FeatureKind.DID, FeatureKind.CHANGED_WITH, FeatureKind.NET, FeatureKind.PATCHED, FeatureKind.WROTE_NAME,
        FeatureKind.REMOVED, FeatureKind.CALLED, FeatureKind.READ, FeatureKind.UNRECOVERED, FeatureKind.LOOP,
        FeatureKind.CHECKED_LAST, FeatureKind.BEFORE,
    }  # fmt: skip
    assert kinds >= by_effects


def test_of_the_answers_only_the_texts_of_overwritten_files_are_kept(tmp_path: Path) -> None:
    (file,) = run_files(str(write_run(tmp_path / "run.rlog", CALLS)), str(tmp_path / "c"))
    read = read_calls(file, NO_RULES)
    assert [call.input for call in read.calls.calls if call.answer == TEXT] == [{"path": "a.py"}]
    assert {call.answer for call in read.calls.calls} == {TEXT, "done", None}, "what was answered to edits of files"
    assert read.unknown == TOOLS
