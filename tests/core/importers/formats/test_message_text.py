"""Reasoning in tags, and what a program tells its model by itself."""

from __future__ import annotations

import pytest

from replay_gui.core.importers.formats.message_text import is_context, split_reasoning


@pytest.mark.parametrize(
    ("text", "thought", "rest"),
    [
        ("Hello", None, "Hello"),
        ("<think>a</think>b", "a", "b"),
        ("\n<thinking>\na\n</thinking>\n<think>b</think>\n", "a\nb", None),
        ("a</think>\nb", "a", "b"),
        ("<think>a", None, "<think>a"),
        ("The tag <think>a</think> is known", None, "The tag <think>a</think> is known"),
        ("<think></think>b", None, "b"),
        ("<think>a</thinking>b", None, "<think>a</thinking>b"),
    ],
)
def test_a_thought_stands_apart(text: str, thought: str | None, rest: str | None) -> None:
    assert split_reasoning(text) == (thought, rest)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<session_context>\na\n</session_context>\n", True),
        ('<user_info kind="a">b</user_info><project_layout>c</project_layout>', True),
        ("<user_info>a</user_info> and now?", False),
        ("<user_info>a", False),
        ("<task>a</task>", False),
        ("", False),
        (None, False),
    ],
)
def test_what_the_user_did_not_write(text: object, expected: bool) -> None:
    assert is_context(text) is expected


def test_many_tags_take_linear_time() -> None:
    assert is_context("<user_info></user_info>" * 100_000 + "x") is False
