"""Read records with a user's question and an agent's answer, under various member names."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from replay_gui.core.importers.formats.calls_with_results import have_results

_QUESTIONS = ("user_query", "user_input", "user_message", "question", "query", "user_prompt", "prompt", "instruction")
_SPEAKERS = "user", "assistant"  # members with the words of each
_ANSWERS = (
    *("final_answer", "agent_output", "agent_response", "assistant_response", "bot_response", "model_response"),
    *("answer", "completion", "generated_text", "reply"),
)
_ANSWER_NAMES = {
    **dict.fromkeys(("user_query", "user_input", "user_message", "question", "user_prompt", "prompt"), "response"),
    "instruction": "output",
}
"""Members that hold the answer to such a question, and that may be anything else beside another one."""
_RESULTS = ("tool_results", "toolResults")
_CALLS = ("tool_calls", "toolCalls", "tools_called", "tools_used", "toolsUsed")


def turns_in(record: dict[str, Any], volatile: Collection[str]) -> list[tuple[dict[str, Any], dict[str, Any]]] | None:
    """Return the messages, each with the record's other members about it; None if there is no question and answer.

    `volatile`: names of members to leave out.
    """
    question, answer = _members_in(record)
    if question is None or answer is None or not isinstance(record[answer], str | None):
        return None
    calls_name = next((name for name in _CALLS if _are_calls(record.get(name))), None)
    calls = record[calls_name] if calls_name is not None else []
    results_name = next((name for name in _RESULTS if _are_calls(record.get(name))), None)
    if results_name is not None and all(isinstance(result, dict) for result in record[results_name]):
        return _after_results(record, (question, answer, calls_name, results_name), volatile)
    used = (question, answer, calls_name, *volatile)
    rest = {name: value for name, value in record.items() if name not in used}
    asked = {"role": "user", "content": record[question]}
    if not calls and not record[answer]:
        return [(asked, rest)]
    said = {"role": "assistant", "content": record[answer]}
    is_last = answer == "final_answer" and record[answer]
    if calls and (is_last or have_results(calls)):  # which the answer follows from
        return [(asked, {}), ({"role": "assistant", "content": None, "tool_calls": calls}, {}), (said, rest)]
    return [(asked, {}), ({**said, "tool_calls": calls}, rest)]


def _after_results(
    record: dict[str, Any], names: tuple[str, str, str | None, str], volatile: Collection[str]
) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """Return the messages of a record with the results of the calls in the record before, as Simon Willison's llm."""
    question, answer, calls_name, results_name = names
    rest = {name: value for name, value in record.items() if name not in (*names, *volatile)}
    results = [{"type": "tool_result", **result} for result in record[results_name]]
    said = {"role": "assistant", "content": record[answer]}
    asked: list[tuple[dict[str, Any], dict[str, Any]]] = []
    if record[question]:
        asked.append(({"role": "user", "content": record[question]}, {}))
    told = {**said, "tool_calls": record[calls_name]} if calls_name is not None else said
    return [({"role": "tool", "content": results}, {}), *asked, (told, rest)]


def _members_in(record: dict[str, Any]) -> tuple[str | None, str | None]:
    """Return the names of the members with the question and with the answer; None if there is none."""
    goes_on = any(_are_calls(record.get(name)) for name in _RESULTS)  # then there may be no question
    asked = [name for name in _QUESTIONS if isinstance(record.get(name), str) and (record[name] or goes_on)]
    question = next(iter(asked), None)
    if question is None and all(isinstance(record.get(name), str) and record[name] for name in _SPEAKERS):
        return _SPEAKERS
    answers = (*_ANSWERS, *(name for asked, name in _ANSWER_NAMES.items() if asked == question))
    return question, next((name for name in answers if name in record), None)


def _are_calls(value: Any) -> bool:
    """Whether a value is a list of calls, or of names of tools that were called."""
    return isinstance(value, list) and value != [] and all(isinstance(call, dict | str) for call in value)
