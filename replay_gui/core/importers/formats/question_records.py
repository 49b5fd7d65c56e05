"""Read records with a user's question and an agent's answer, under various member names."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

_QUESTIONS = ("user_query", "user_input", "user_message", "question", "query", "user_prompt", "prompt", "instruction")
_ANSWERS = (
    *("final_answer", "agent_output", "agent_response", "assistant_response", "bot_response", "model_response"),
    *("answer", "completion", "generated_text", "reply"),
)
_ANSWER_NAMES = {
    **dict.fromkeys(("user_query", "user_input", "user_message", "question", "user_prompt", "prompt"), "response"),
    "instruction": "output",
}
"""Members that hold the answer to such a question, and that may be anything else beside another one."""
_CALLS = ("tool_calls", "tools_called", "tools_used")


def turns_in(record: dict[str, Any], volatile: Collection[str]) -> list[tuple[dict[str, Any], dict[str, Any]]] | None:
    """Return the messages, each with the record's other members about it; None if there is no question and answer.

    `volatile`: names of members to leave out.
    """
    question = next((name for name in _QUESTIONS if isinstance(record.get(name), str) and record[name]), None)
    answers = (*_ANSWERS, *(name for asked, name in _ANSWER_NAMES.items() if asked == question))
    answer = next((name for name in answers if name in record), None)
    if question is None or answer is None or not isinstance(record[answer], str | None):
        return None
    calls_name = next((name for name in _CALLS if _are_calls(record.get(name))), None)
    calls = record[calls_name] if calls_name is not None else []
    used = (question, answer, calls_name, *volatile)
    rest = {name: value for name, value in record.items() if name not in used}
    asked = {"role": "user", "content": record[question]}
    if not calls and not record[answer]:
        return [(asked, rest)]
    return [(asked, {}), ({"role": "assistant", "content": record[answer], "tool_calls": calls}, rest)]


def _are_calls(value: Any) -> bool:
    """Whether a value is a list of calls, or of names of tools that were called."""
    return isinstance(value, list) and value != [] and all(isinstance(call, dict | str) for call in value)
