"""Read the parts of Codex items: texts, tools, results and patches."""

from __future__ import annotations

import re
from typing import Any

from replay_gui.core.importers.formats.codex.volatile import split_volatile

_TEXT_TYPES = frozenset({"input_text", "output_text", "text", "summary_text", "reasoning_text"})
_PATCH = "*** Begin Patch"
_SHELLS = frozenset({"shell", "local_shell", "exec_command", "shell_command", "container.exec", "unified_exec"})
_CHANGED_FILE = re.compile(r"^[AMD] (\S.*)$", re.MULTILINE)


def texts_of(content: Any) -> list[str]:
    """Return the texts in a content list."""
    if isinstance(content, str):
        return [content]
    blocks = content if isinstance(content, list) else []
    return [block["text"] for block in blocks if isinstance(block, dict) and isinstance(block.get("text"), str)]


def are_plain_texts(parts: Any) -> bool:
    """Return whether all parts of a message are texts in the usual form, without other data."""
    return isinstance(parts, list) and all(
        isinstance(part, dict) and part.keys() == {"type", "text"} and str(part["type"]) in _TEXT_TYPES
        for part in parts
    )


def other_fields(item: dict[str, Any], *used: str) -> tuple[dict[str, Any], dict[str, Any] | None]:
    """Return the other members of an item: (for the payload, for meta, or None)."""
    content, volatile = split_volatile(item, *used)
    return {"fields": content} if content else {}, volatile or None


def tool_of_call(kind: str, content: dict[str, Any]) -> tuple[str, Any]:
    """Return (tool, input) of a call that only events record."""
    invocation = content.get("invocation")
    if isinstance(invocation, dict):
        return f"mcp__{invocation.get('server')}__{invocation.get('tool')}", invocation.get("arguments")
    if kind.startswith("web_search"):
        return "web_search", content.get("query", content.get("action"))
    if kind.startswith("patch_apply"):
        return "apply_patch", content.get("changes")
    return "exec_command", {"command": content["command"]} if content.get("command") is not None else None


def is_about(sort: str, tool: str) -> bool:
    """Return whether events of this sort, such as "exec_command", can be about a call of this tool."""
    if sort == "exec_command":
        return tool in _SHELLS
    return tool == sort or tool.startswith({"patch_apply": "apply_patch", "mcp_tool_call": "mcp__"}.get(sort, sort))


def result_of_call(payload: dict[str, Any]) -> Any:
    """Return the result of a call that only events record."""
    result = payload.get("result")
    if isinstance(result, dict):
        good = result.get("Ok", result.get("Err"))
        return good["content"] if isinstance(good, dict) and isinstance(good.get("content"), list) else good
    if isinstance(payload.get("results"), list):
        return payload["results"]
    names = ("aggregated_output", "formatted_output", "stdout", "result", "stderr")
    texts = [payload[name] for name in names if isinstance(payload.get(name), str)]
    return next((text for text in texts if text), texts[0] if texts else None)


def patch_in(given: Any) -> str | None:
    """Return the patch in a call: its input, or inside the command that applies it; None if there is none."""
    values = given.values() if isinstance(given, dict) else [given]
    for value in values:
        text = " ".join(map(str, value)) if isinstance(value, list) else value
        if isinstance(text, str) and _PATCH in text:
            return text[text.index(_PATCH) :]
    return None


def changed_files(event: dict[str, Any]) -> str:
    """Return the files of a patch that only an event records, from its changes or its output; "" if unknown."""
    changes, output = event.get("changes"), event.get("stdout")
    if isinstance(changes, dict):
        return ", ".join(changes)
    return ", ".join(_CHANGED_FILE.findall(output)) if isinstance(output, str) else ""


def patch_targets(patch: str) -> str:
    """Return the files that a patch changes, separated by commas."""
    marks = ("*** Add File: ", "*** Update File: ", "*** Delete File: ")
    targets = [line.partition(": ")[2].strip() for line in patch.splitlines() if line.startswith(marks)]
    return ", ".join(targets)
