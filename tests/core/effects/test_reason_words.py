"""Reasons of effects in another language: each that the program gives is found among the messages."""

from __future__ import annotations

import ast

import pytest

from replay_gui.core.effects.classifier import EffectClassifier
from replay_gui.core.effects.effect import Effect, EffectFinding
from replay_gui.core.effects.effect_words import finding_words, tool_effect_words
from replay_gui.core.effects.reason_words import reason_words
from replay_gui.core.effects.tool_effects import ToolEffects
from tests.core.translation.languages import ACCENTED, in_language, is_message
from tests.helpers.paths import ROOT

_NAMES_ONLY = {"npm install", "git push", "uv run", "find -delete", "kubectl delete"}
"""Reasons that are commands, which are the same in each language."""


def _texts() -> list[str]:
    """The second arguments of EffectFinding in the code, with an x for each field."""
    found = list[str]()
    for path in sorted((ROOT / "replay_gui" / "core" / "effects").glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            match node:
                case ast.Call(func=ast.Name(id="EffectFinding"), args=[_, reason, *_]):
                    found += _written(reason)
    return found


def _written(node: ast.expr) -> list[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return [node.value] if node.value else []
    if isinstance(node, ast.JoinedStr):
        parts = [str(part.value) if isinstance(part, ast.Constant) else "x" for part in node.values]
        fixed = "".join(str(part.value) for part in node.values if isinstance(part, ast.Constant))
        return ["".join(parts)] if any(map(str.isalpha, fixed)) else []
    return []


@pytest.mark.parametrize("reason", sorted({*_texts()} - _NAMES_ONLY - {"SQL x", "git x"}))
def test_a_reason_in_the_code_is_a_message(reason: str) -> None:
    assert reason_words(reason) == reason
    with in_language(ACCENTED):
        assert is_message(reason_words(reason))


@pytest.mark.parametrize(
    "statement",
    [
        "select 1",
        "delete from a",
        "begin; delete from a; rollback",
        "begin; delete from a",
        "select sum(x) into b from a",
        "select nextval('a')",
        "select a.b(1)",
        "pragma wal_checkpoint",
        "vacuum",
        "copy a from 'x'",
        "explain analyze delete from a",
        "create temp table a (b int)",
        "load data infile 'x' into table a",
        "nonsense",
        ".import a.csv t",
    ],
)
@pytest.mark.parametrize("tool", ["run_sql", "bash"])
def test_the_reason_of_a_statement_is_a_message(statement: str, tool: str) -> None:
    command = {"command": f'sqlite3 a.db "{statement}"'} if tool == "bash" else {"sql": statement}
    finding = EffectClassifier().find(tool, command)
    with in_language(ACCENTED):
        assert is_message(reason_words(finding.reason)), finding.reason


def test_a_reason_within_a_reason_is_translated_too() -> None:
    with in_language(ACCENTED):
        assert reason_words("psql: SQL with DELETE, which is rolled back").count("[") == 3
        assert reason_words("observed: it returns what was read before, changed").count("[") == 2


def test_a_text_that_is_no_reason_is_shown_as_it_is() -> None:
    with in_language(ACCENTED):
        assert reason_words("git push") == "git push"
        assert reason_words("") == ""


def test_an_effect_is_shown_with_its_reason() -> None:
    finding = EffectFinding(Effect.CHANGES, 'the name says "cancel"')
    assert finding_words(finding) == 'changes something: the name says "cancel"'
    with in_language(ACCENTED):
        assert all(map(is_message, finding_words(finding).split(": ")))
        several = tool_effect_words(ToolEffects({Effect.READS: 40, Effect.CHANGES: 1_200}))
    assert several.endswith("] 1,200")
