"""Read values in Inspect's logs: volatile members, messages without ids, scores."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from replay_gui.core.importers.formats.message_content import content_of
from replay_gui.core.importers.formats.message_usage import counted_tokens
from replay_gui.core.importers.formats.records import CLOCK, HOST, ID, RECORDER, USAGE
from replay_gui.core.importers.run_builder import End
from replay_gui.core.text.placeholders import REASONING_NOT_RECORDED

_OF_EVALUATION = "Data about the whole evaluation, not about one sample."
_RETRIES = "How often a request was repeated; it says nothing about the answer."
_REPEATED = "The provider's own form of input and output; these themselves are compared."
OF_EVENT: dict[str, str] = {
    **dict.fromkeys(("uuid", "span_id", "agent_span_id", "parent_id", "id", "message_id", "call_id"), ID),
    **dict.fromkeys(("timestamp", "working_start", "working_time", "completed", "time"), CLOCK),
    **dict.fromkeys(("call_started_at", "call_completed_at", "call_working_start", "call_working_time"), CLOCK),
    **dict.fromkeys(("retries", "attempt", "call_retries", "http_retries"), _RETRIES),
    **dict.fromkeys(("cache", "call"), _REPEATED),
}
OF_MESSAGE: dict[str, str] = {
    "id": ID,
    "tool_call_id": ID,
    "completed": CLOCK,
    "source": "How the message was made; its content is compared.",
    "usage": USAGE,
}
OF_PARTS = {
    "signature": "A signature; it differs in every run.",
    "internal": "The provider's own form of a part; the part itself is compared.",
}
OF_OUTPUT: dict[str, str] = {"usage": USAGE, "time": CLOCK}
OF_SAMPLE: dict[str, str] = {
    "uuid": ID,
    "epoch": "The number of the repetition; it differs between equal runs.",
    **dict.fromkeys(("started_at", "completed_at", "total_time", "working_time"), CLOCK),
    **dict.fromkeys(("model_usage", "role_usage"), USAGE),
}
OF_EVAL: dict[str, str] = {
    **dict.fromkeys(("eval_id", "run_id", "task_id", "eval_set_id"), ID),
    "created": CLOCK,
    **dict.fromkeys(("revision", "packages"), RECORDER),
    **dict.fromkeys(("task_file", "model_base_url"), HOST),
    "dataset": _OF_EVALUATION,
}
OF_LOG: dict[str, str] = {
    "version": RECORDER,
    **dict.fromkeys(("status", "results", "stats", "reductions", "invalidated", "error", "location"), _OF_EVALUATION),
    **dict.fromkeys(("value/input_tokens", "value/output_tokens", "value/total_tokens"), USAGE),
    **dict.fromkeys(("value/input_tokens_cache_read", "value/input_tokens_cache_write"), USAGE),
    "value/reasoning_tokens": USAGE,
    "input_refs": "Numbers of earlier messages; a new message itself is compared.",
    "replaced": "The value before a change; the state has it.",
    **dict.fromkeys(("_journal", "summaries.json"), "A copy of data in the header and the samples."),
    "reductions.json": _OF_EVALUATION,
    "header.json/samples": "A list of the samples; each sample has its own member, which is compared.",
}
VOLATILE = {
    **OF_EVENT,
    **OF_MESSAGE,
    **OF_OUTPUT,
    **OF_PARTS,
    **OF_SAMPLE,
    **OF_EVAL,
    **{k: v for k, v in OF_LOG.items() if k != "error"},
}
"""Members of a log that differ between faithful runs, with the reason."""

_OWN = frozenset({"arguments", "metadata", "result", "value", "store"})
"""Members whose content belongs to the run, even if names in it look volatile."""
_TIMES_ALONE = frozenset({"completed", "time"})  # short texts are ids; values of another type are content
_OF_MESSAGE_NAMES = "|".join(OF_MESSAGE)
_PATH_OF_ID = re.compile(
    rf"(.*/)?(messages/\d+|choices/\d+/message)/({_OF_MESSAGE_NAMES})(/.*)?|.*/tool_calls/\d+/id|(/.*)?/output/(usage|time)(/.*)?"
)
_READ_OF_PARTS = ("type", "text", "reasoning", "signature", "id", "internal")
_UNSAID: tuple[Any, ...] = (None, False, "", [], {})
_WORDS = {"C": (True, 1.0), "I": (False, 0.0), "P": (None, 0.5), "N": (False, 0.0)}
_TRUTHS = {"yes": True, "true": True, "correct": True, "no": False, "false": False, "incorrect": False}
_LIMITS: dict[str, End] = {"time": "timeout", "working": "timeout", "operator": "stopped by user"}


def compared_part(value: Any) -> Any:
    """Return a value without the ids, times and costs of its messages and model outputs."""
    if isinstance(value, list):
        return [compared_part(item) for item in value]
    if not isinstance(value, dict):
        return value
    names: dict[str, str] = {}
    if "role" in value:
        names |= OF_MESSAGE
    if "choices" in value:
        names |= OF_OUTPUT
    if "function" in value and "arguments" in value:
        names |= {"id": ID}
    return {
        key: member if key in _OWN else compared_part(member)
        for key, member in value.items()
        if key not in names or (key in _TIMES_ALONE and isinstance(member, bool))
    }


def is_volatile_path(path: str) -> bool:
    """Return whether `steady` leaves out the member at this path of a sample's state."""
    return _PATH_OF_ID.fullmatch(path) is not None and not any(f"/{name}/" in path for name in _OWN)


def key_of(message: Any) -> str:
    """Return a key for a message that does not depend on its ids."""
    return json.dumps(compared_part(message), sort_keys=True, default=str)


def text_and_reasoning(content: Any) -> tuple[Any, str | None]:
    """Return (the text of a message, or its parts if there is other content; the reasoning in it)."""
    if not isinstance(content, list):
        return content or None, None
    blocks = [block for block in content if not (isinstance(block, dict) and block.get("type") == "reasoning")]
    thoughts = [
        REASONING_NOT_RECORDED if block.get("redacted") else str(block.get("reasoning") or REASONING_NOT_RECORDED)
        for block in content
        if isinstance(block, dict) and block.get("type") == "reasoning"
    ]
    return content_of(blocks) or None, "\n\n".join(thoughts) or None


def other_members_of_parts(content: Any) -> list[dict[str, Any]]:
    """Return what the parts of a message have beside text and reasoning: citations, or that it was withheld."""
    parts = [part for part in content if isinstance(part, dict)] if isinstance(content, list) else []
    named = [part for part in parts if part.get("type") in ("text", "reasoning")]
    rests = [{k: v for k, v in part.items() if k not in _READ_OF_PARTS and v not in _UNSAID} for part in named]
    return [rest for rest in rests if rest]


def grade(score: dict[str, Any]) -> dict[str, Any]:
    """Return a score as arguments of an outcome: passed, score, label, answer, parts."""
    value = score.get("value")
    passed: bool | None = None
    number: float | None = None
    label: str | None = None
    parts: list[dict[str, Any]] = []
    if isinstance(value, bool):
        passed, number = value, float(value)
    elif isinstance(value, int | float):
        number = float(value)
        passed = bool(value) if value in (0, 1) else None
    elif isinstance(value, str):
        label = value
        passed, number = _WORDS.get(value, (_TRUTHS.get(value.lower()), None))
    elif isinstance(value, dict):
        parts += [{"name": name, "value": member} for name, member in value.items()]
    elif value is not None:
        parts.append({"name": "value", "value": value})
    if score.get("explanation"):
        parts.append({"name": "explanation", "why": score["explanation"]})
    more = {k: v for k, v in score.items() if k not in ("value", "answer", "explanation") and v not in (None, [], {})}
    parts += [{"name": name, "value": member} for name, member in more.items()]
    return {"passed": passed, "score": number, "label": label, "answer": score.get("answer"), "parts": parts or None}


def sample_end(sample: dict[str, Any], unfinished: bool) -> tuple[End, str | None]:
    """Return (how a sample ended, why)."""
    error, limit = sample.get("error"), sample.get("limit")
    if error:
        return "crash", str((error.get("message") if isinstance(error, dict) else error) or "no reason recorded")
    if limit:
        kind = str(limit.get("type")) if isinstance(limit, dict) else str(limit)
        most = limit.get("limit") if isinstance(limit, dict) else None
        return _LIMITS.get(kind, "limit"), f"{kind} limit" + (f" of {most:g}" if isinstance(most, int | float) else "")
    output = sample.get("output")
    if sample.get("scores") or (isinstance(output, dict) and output.get("choices")):
        return "answered", None
    return ("open", None) if unfinished or not sample.get("messages") else ("answered", None)


def call_of(call: Any) -> Any:
    """Return a call without its id, which differs between runs."""
    if not isinstance(call, dict):
        return call
    return {k: v for k, v in call.items() if k not in ("id", "internal") and (k, v) != ("type", "function")}


def indexes(refs: Any, count: int) -> Iterator[int]:
    """Yield the indexes in slices of the message pool: ``[[from, to], …]``."""
    for ref in refs if isinstance(refs, list) else ():
        match ref:
            case [int(start), int(end)]:
                yield from range(max(start, 0), min(end, count))


def tokens_of(usage: Any) -> dict[str, int]:
    """Return the tokens of an answer; the input includes cached tokens, which some providers count separately.

    They are taken as separate if the parts add up to the total only with them.
    """
    names = {"input": "input_tokens", "output": "output_tokens", "cached": "input_tokens_cache_read"}
    tokens = counted_tokens(usage, {**names, "reasoning": "reasoning_tokens"})
    written = counted_tokens(usage, {"written": "input_tokens_cache_write", "total": "total_tokens"})
    apart = tokens.get("cached", 0) + written.get("written", 0)
    sent = tokens.get("input")
    if sent is not None and apart and written.get("total") == sent + tokens.get("output", 0) + apart:
        tokens["input"] = sent + apart
    return tokens
