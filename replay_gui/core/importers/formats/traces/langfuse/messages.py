"""Read the messages to and from a model in the input and the output of a Langfuse observation."""

from __future__ import annotations

from math import isfinite
from typing import Any

from replay_gui.core.importers.formats.message_forms import is_message
from replay_gui.core.importers.formats.traces.spans import unfolded

_COSTS = ("totalCost", "calculatedTotalCost")
_FINISHES = ("finish_reason", "stop_reason", "finishReason", "done_reason")
GEMINI_USAGE = "usage_metadata"  # the observation also has it, as its usage


def cost_of(observation: dict[str, Any]) -> float | None:
    """Return the cost of an observation, in US dollars: its total, or the sum of its parts; None if unknown."""
    details = observation.get("costDetails")
    parts = {key: value for key, value in details.items() if _is_cost(value)} if isinstance(details, dict) else {}
    total = next((value for name in _COSTS if _is_cost(value := observation.get(name)) and value), parts.get("total"))
    return total or (sum(parts.values()) if "total" not in parts else None) or None


def _is_cost(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value) and value >= 0


def messages_in(given: Any) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """Return (the messages in a model's input, other members of the request).

    The input is a list, one message, or a request with messages, such as Gemini's with its instruction.
    """
    name = next((name for name in ("messages", "contents") if isinstance(given, dict) and name in given), "")
    if name and isinstance(given[name], list):
        request = {key: value for key, value in given.items() if key != name}
        instruction = None
        if isinstance(config := request.get("config"), dict):
            request["config"] = {key: value for key, value in config.items() if key != "system_instruction"}
            instruction = config.get("system_instruction")
        return (*([{"role": "system", "content": instruction}] if instruction else ()), *given[name]), request
    if isinstance(given, list):
        return tuple(given), {}
    return (() if given is None or (isinstance(given, dict) and "role" not in given) else (given,)), {}


def defines_tool(message: Any) -> bool:
    """Whether a message is the definition of a tool, which Langfuse's LangChain handler adds to the messages."""
    match message:
        case {"role": "tool", "content": {"type": "function", "function": {"name": _, **about}}}:
            return "arguments" not in about
    return False


def answers_in(output: Any) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """Return (the messages in a model's output, other members of the response)."""
    if isinstance(output, dict) and "role" not in output:
        content, message = output.get("content"), output.get("message")
        if isinstance(content, dict) and isinstance(content.get("parts"), list):  # Gemini's
            used = ("content", GEMINI_USAGE)
            return ({"role": "model", **content},), {key: value for key, value in output.items() if key not in used}
        if isinstance(message, dict) and "role" in message:  # an event gen_ai.choice
            choice = {key: value for key, value in output.items() if key != "message" and (key, value) != ("index", 0)}
            return (message,), choice
    messages = output if isinstance(output, list) else [output]
    messages = [{"role": "assistant", **one} if _has_calls(one) else one for one in messages]
    return (tuple(messages) if messages and all(is_message(message) for message in messages) else ()), {}


def finish_of(answers: tuple[Any, ...], response: dict[str, Any], attributes: dict[str, Any]) -> str | None:
    """Return why an answer of a model ended, in the word of its provider; None if nothing says it.

    `response`: the other members of the output. `attributes`: of the OpenTelemetry span.
    """
    last = answers[-1] if answers and isinstance(answers[-1], dict) else {}
    about = last.get("response_metadata")
    reasons = unfolded(attributes.get("gen_ai.response.finish_reasons"))
    stated = [reasons[-1]] if isinstance(reasons, list) and reasons else [reasons]
    for holder in (response, last, about if isinstance(about, dict) else {}):
        stated += [holder.get(name) for name in _FINISHES]
    return next((reason for reason in stated if isinstance(reason, str) and reason), None)


def _has_calls(value: Any) -> bool:
    return isinstance(value, dict) and isinstance(value.get("tool_calls"), list)
