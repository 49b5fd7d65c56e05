"""Read values of calls and turns in the Agent Client Protocol that each agent writes differently."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

from replay_gui.core.importers.formats.message_events import decoded, first_line

_NAME = re.compile(r"[A-Za-z][\w.:-]*")
_OF_GEMINI = re.compile(r"([a-z][a-z_]+)-\d{8,}.*")  # an id that begins with the tool's name
_REFUSED = re.compile(
    r"\s*(?:the )?(?:user|person) (?:rejected|denied|refused|declined|cancell?ed|doesn't want)", re.IGNORECASE
)
_TICKS_PER_DOLLAR = 10**10  # Grok's unit of cost
_AGENTS = {"claudeCode": "Claude Code", "codex": "Codex", "kiro": "Kiro", "x.ai/tool": "Grok"}


def agent_of(messages: Iterable[dict[str, Any]]) -> str:
    """Return the name of the agent whose messages these are."""
    text = [(message, json.dumps(message)) for message in messages]
    for message, _ in text:
        result = message.get("result")
        info = result.get("agentInfo") if isinstance(result, dict) else None
        if isinstance(info, dict) and (name := info.get("title") or info.get("name")):
            return str(name)
    if any("x.ai/" in words or "costUsdTicks" in words or '"grok-' in words for _, words in text):
        return "Grok"
    found = (name for key, name in _AGENTS.items() for _, words in text if f'"_meta": {{"{key}"' in words)
    return next(found, "ACP agent")


def tool_name_of(call: dict[str, Any], call_id: str) -> str:
    """Return the name of the tool, from the agent's own members, else from the title or kind of the call."""
    meta = call.get("_meta")
    for own in meta.values() if isinstance(meta, dict) else ():
        name = (own.get("toolName") or own.get("name")) if isinstance(own, dict) else None
        if isinstance(name, str) and name:
            return name
    title, kind = str(call.get("title") or ""), call.get("kind")
    first, _, more = title.partition(" ")
    if isinstance(call.get("name"), str) and call["name"]:
        return str(call["name"])
    if of_gemini := _OF_GEMINI.fullmatch(call_id):
        return of_gemini[1]
    if _NAME.fullmatch(first) and (not more or "_" in first):
        return first
    return str(kind) if kind and kind != "other" else title or "tool"


def given_to(call: dict[str, Any]) -> Any:
    """Return the arguments of a call; its title and locations if they are not recorded."""
    given = call.get("rawInput")
    if given not in (None, "", {}, []):
        return given
    for blocks in (call.get("earlier"), call.get("content")):
        text = _texts(blocks)
        if isinstance(value := decoded(text), dict):
            return value
    return {name: call[name] for name in ("title", "locations") if call.get(name)}


def without_diffs(call: dict[str, Any]) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Return (the call without its changes of files, these changes)."""
    blocks = call.get("content")
    parts = blocks if isinstance(blocks, list) else []
    diffs = [part for part in parts if _is_diff(part)]
    return ({**call, "content": [part for part in parts if not _is_diff(part)]} if diffs else call), diffs


def _is_diff(part: Any) -> bool:
    return isinstance(part, dict) and part.get("type") == "diff"


def calls_output(call: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
    """Return (the output of a call, {"raw_output": its other form} if there are two)."""
    text, raw = _texts(call.get("content")), call.get("rawOutput")
    if raw is None:
        meta = call.get("_meta")
        own = [value for value in meta.values() if isinstance(value, dict)] if isinstance(meta, dict) else []
        raw = next((value["toolResponse"] for value in own if value.get("toolResponse")), None)
    if text is None:
        blocks = call.get("content")
        return (raw, {}) if not blocks else ([*_inner(blocks)], {"raw_output": raw} if raw is not None else {})
    return text, {} if raw in (None, text) else {"raw_output": raw}


def failure_of(call: dict[str, Any], output: Any) -> str | None:
    """Return why a call failed, in one line; None if it did not fail."""
    raw = call.get("rawOutput")
    codes = [raw.get(name) for name in ("exit_code", "exitCode")] if isinstance(raw, dict) else []
    code = next((code for code in codes if type(code) is int and code), None)
    if code is not None:
        return f"exit {code}"
    if call.get("status") == "completed":
        return None
    problem = raw.get("error") if isinstance(raw, dict) and not isinstance(output, str) else None
    return first_line(problem or output) or str(call.get("status"))


def is_refusal(output: Any) -> bool:
    """Return whether an output reports that the user did not allow the call."""
    return isinstance(output, str) and _REFUSED.match(output) is not None


def uses_of(usage: dict[str, Any]) -> Iterator[tuple[str | None, dict[str, int], float | None]]:
    """Yield (model, tokens, cost in dollars) of a turn, for each model if the usage names them."""
    by_model = usage.get("modelUsage")
    models = by_model if isinstance(by_model, dict) and by_model else {None: usage}
    for model, use in models.items():
        counts = {name: count for name, count in use.items() if type(count) is int} if isinstance(use, dict) else {}
        if "inputTokens" in counts or "outputTokens" in counts:
            ticks = counts.get("costUsdTicks")
            yield model, _tokens(counts), None if ticks is None else ticks / _TICKS_PER_DOLLAR


def _tokens(counts: dict[str, int]) -> dict[str, int]:
    sent, answered = counts.get("inputTokens", 0), counts.get("outputTokens", 0)
    cached = counts.get("cachedReadTokens", 0)
    kept = cached + counts.get("cachedWriteTokens", counts.get("cacheCreationTokens", 0))
    is_apart = kept > sent or counts.get("totalTokens") == sent + answered + kept
    reasoned = counts.get("reasoningTokens", counts.get("thoughtTokens", 0))
    tokens = {"input": sent + kept if kept and is_apart else sent, "cached": cached, "output": answered}
    return {**tokens, "reasoning": reasoned} if reasoned else tokens


def _inner(blocks: Any) -> Iterator[Any]:
    for block in blocks if isinstance(blocks, list) else [blocks]:
        yield block.get("content", block) if isinstance(block, dict) and block.get("type") == "content" else block


def _texts(blocks: Any) -> str | None:
    """Return the text of blocks; None if there are no blocks, or other blocks than texts."""
    if not blocks:
        return None
    texts = [block.get("text") if isinstance(block, dict) else block for block in _inner(blocks)]
    strings = [text for text in texts if isinstance(text, str)]
    return "\n".join(strings) if len(strings) == len(texts) else None
