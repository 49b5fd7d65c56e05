"""Which effect a call has, and which of several sources decides."""

from __future__ import annotations

from typing import Any

import pytest

from replay_gui.core.effects.classifier import EffectClassifier
from replay_gui.core.effects.declarations import declared_effects
from replay_gui.core.effects.effect import Effect, EffectFinding


@pytest.mark.parametrize(
    ("tool", "input", "effect"),
    [
        ("get_user_details", {"user_id": "a"}, Effect.READS),
        ("mcp__shop__cancelOrder", {"id": 1}, Effect.CHANGES),
        ("Edit", {"file_path": "a.py", "old_string": "x", "new_string": "y"}, Effect.CHANGES),
        ("str_replace_editor", {"command": "view", "path": "a"}, Effect.READS),
        ("str_replace_editor", {"command": "create", "path": "a", "file_text": "b"}, Effect.CHANGES),
        ("browser", {"action": "click", "ref": 3}, Effect.CHANGES),
        ("transfer_to_human_agents", {"summary": "s"}, Effect.HANDS_OVER),
        ("escalate", {}, Effect.HANDS_OVER),
        ("transfer_money", {"to": "x"}, Effect.CHANGES),
        ("think", {"thought": "t"}, Effect.NOTES),
        ("TodoWrite", {"todos": []}, Effect.NOTES),
        ("create_reasoning_plan", {"plan": "p"}, Effect.NOTES),
        ("AskUserQuestion", {"question": "q"}, Effect.ASKS),
        ("submit", {"answer": 1}, Effect.SUBMITS),
        ("bash", {"command": "rm a"}, Effect.CHANGES),
        ("shell", {"command": ["bash", "-lc", "ls | head"]}, Effect.READS),
        ("exec_command", {"cmd": "pytest -q"}, Effect.CHECKS),
        ("python", {"code": "print(1)"}, Effect.CHECKS),
        ("execute_code", {"code": "open('a', 'w')"}, Effect.CHANGES),
        ("run_sql", {"query": "SELECT 1"}, Effect.READS),
        ("query_db", {"sql": "delete from t where a = 1"}, Effect.CHANGES),
        ("execute_sql", {"query": "-- clean up\nDROP TABLE t"}, Effect.CHANGES),
        ("execute_sql", "SELECT 1", Effect.READS),
        ("save_note", {"text": "born in 1912"}, Effect.NOTES),
        ("save_note", {"id": "n7", "text": "born in 1912"}, Effect.CHANGES),
        ("add_order_note", {"note": "was broken"}, Effect.CHANGES),
        ("browser_snapshot", {}, Effect.READS),
        ("rm", {"path": "a"}, Effect.CHANGES),
        ("run_tests", {}, Effect.CHECKS),
        ("ExitPlanMode", {"plan": "p"}, Effect.ASKS),
        ("issue_read", {"number": 4}, Effect.READS),
        ("issue_refund", {"payment": "P-1"}, Effect.CHANGES),
        ("ship_order", {"order": "O-1"}, Effect.CHANGES),
        ("plan_switch", {"line": "L-3"}, Effect.CHANGES),
        ("update_plan", {"plan": []}, Effect.NOTES),
        ("order_status", {"order": "O-1"}, Effect.READS),
        ("change_status", {"order": "O-1"}, Effect.CHANGES),
        ("notify_channel", {"channel": "ops"}, Effect.CHANGES),
        ("notify_user", {"text": "hello"}, Effect.ASKS),
        ("forward_mail", {"id": "m-1"}, Effect.CHANGES),
        ("kubectl", {"args": "get pods -n shop"}, Effect.READS),
        ("kubectl", {"command": "kubectl delete pod web"}, Effect.CHANGES),
        ("git", {"args": ["commit", "-m", "words; rm a"]}, Effect.CHANGES),
        ("call_aws", {"cli_command": "aws s3 ls"}, Effect.READS),
        ("docker", {"args": ""}, Effect.UNKNOWN),
        ("tool_17", {"x": 1}, Effect.UNKNOWN),
        ("", None, Effect.UNKNOWN),
        ("тест", "x", Effect.UNKNOWN),
    ],
)
def test_words_decide(tool: str, input: Any, effect: Effect) -> None:
    finding = EffectClassifier().find(tool, input)
    assert finding.effect is effect
    assert finding.reason


def test_a_rule_goes_before_a_declaration_and_that_before_words() -> None:
    declared = {"get_x": EffectFinding(Effect.CHANGES, "declared destructive")}
    observed = {"get_x": EffectFinding(Effect.READS, "seen"), "blob": EffectFinding(Effect.CHANGES, "seen", (), False)}
    classifier = EffectClassifier({"other": Effect.READS}, declared, observed)
    assert classifier.find("get_x", {}).effect is Effect.CHANGES
    assert classifier.find("other", {}).reason == "a rule says so"
    blob = classifier.find("blob", {})
    assert (blob.effect, blob.certain) == (Effect.CHANGES, False)
    unknown = EffectClassifier(observed={"bash": EffectFinding(Effect.READS, "seen")}).find(
        "bash", {"command": "frob a"}
    )
    assert unknown.effect is Effect.UNKNOWN, "other commands of the tool tell nothing of this one"
    assert classifier.find("cancel", {}, ["orders.read"]).effect is Effect.READS
    assert classifier.find("look", {}, ["fs:write"]).effect is Effect.CHANGES


def test_what_the_set_up_declares() -> None:
    config = {
        "tools": [
            {"name": "a", "annotations": {"readOnlyHint": True}},
            {"name": "b", "destructiveHint": True},
            {"name": "c", "annotations": {"destructiveHint": False}},
            {"type": "function", "function": {"name": "d", "tool_type": "WRITE"}},
            {"name": "e", "capabilities": ["read"]},
        ]
    }
    effects = {name: finding.effect for name, finding in declared_effects([config]).items()}
    assert effects == {"a": Effect.READS, "b": Effect.CHANGES, "d": Effect.CHANGES, "e": Effect.READS}


def test_the_files_that_a_call_changes() -> None:
    patch = "*** Begin Patch\n*** Update File: src/a.py\n@@\n-x\n+y\n*** Add File: b.py\n+z\n*** End Patch"
    classifier = EffectClassifier()
    assert classifier.find("apply_patch", patch).targets == ("src/a.py", "b.py")
    assert classifier.find("Write", {"file_path": "c.py", "content": "x"}).targets == ("c.py",)
