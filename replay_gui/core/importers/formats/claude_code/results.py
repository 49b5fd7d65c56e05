"""Make events of tool results in a Claude Code session: the response, denials, patches and errors."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from replay_gui.core.importers.formats.claude_code.tools import add_effects
from replay_gui.core.importers.formats.claude_code.user_text import is_interruption
from replay_gui.core.importers.formats.claude_code.volatile import BLOCK, RESULT
from replay_gui.core.importers.formats.gemini_tools import failure_of
from replay_gui.core.importers.formats.message_events import first_line
from replay_gui.core.importers.run_builder import Call, RunBuilder

_REFUSALS = re.compile(
    r"The user doesn't want to (?:proceed with this tool use|take this action right now)"
    r"|Claude requested permissions to |Permission to use |Permission for this action (?:was|has been) denied"
    r"|Qwen Code requires permission to use "
    r"|PreToolUse:\S+ hook (?:blocking )?error|Hook PreToolUse:\S+ denied"
)
_DENIAL_REASON = re.compile(r"(?:the user said|provided the following reason)[^:\n]{0,80}:\s*(\S.*)", re.DOTALL)
_TOOL_ERROR = re.compile(r"<tool_use_error>(.*)</tool_use_error>", re.DOTALL)
_NO_DENIALS = ("interrupted", "cancelled")  # kinds of denials by which nobody refuses a call
_OF_PATCHES = ("structuredPatch", "userModified")


@dataclass(frozen=True, slots=True)
class AddedResult:
    """The response to a call. `seq`: of its event. `refused`: whether the user or a rule denied the call."""

    seq: int
    refused: bool


def add_result(
    run: RunBuilder,
    block: dict[str, Any],
    *,
    details: Any,
    root: str,
    fields: dict[str, Any] | None,
    denial: Any = None,
) -> AddedResult:
    """Add the events of one tool_result block; return the response.

    Args:
        details: the line's structured result, None if there is none. root: the folder that file names are relative to.
        fields: the line's other members, for the payload.
        denial: the line's `toolDenialKind`, which newer versions write: "user-rejected", "permission-rule" and others.
    """
    call_id, output = block["tool_use_id"], block.get("content")
    structured = details if isinstance(details, dict) else {}
    wrong: str | None = None
    about: dict[str, Any] = {}
    if isinstance(output, dict) and "responseParts" in output:
        output, wrong, about = _of_iflow(output, structured, run.call(call_id))
    text = wrong or _text_of(output)
    if wrapped := _TOOL_ERROR.fullmatch(text.strip()):
        text = wrapped[1].strip()
    refusal = output.get("error_code") if isinstance(output, dict) and _is_error(output) else None
    stopped = structured.get("interrupted") is True  # a command that did not come to its end
    failed = block.get("is_error") is True or refusal is not None or stopped or wrong is not None
    text = text or (refusal if isinstance(refusal, str) else "interrupted" if stopped else "")
    known = run.call(call_id)
    patched = known is not None and known.patches != ()
    extra, volatile = _split(details, output, patched)
    rest = _rest(block)
    extra |= about
    extra = {**extra, **({"block": rest} if rest else {}), **(fields or {})}
    is_denied = isinstance(denial, str) and denial not in _NO_DENIALS
    refused = failed and (is_denied or _REFUSALS.match(text) is not None)
    why = _DENIAL_REASON.search(text) if refused else None
    response, _ = run.end_call(
        call_id,
        output,
        error=(text or "failed") if failed else None,
        refused=refused,
        error_type=None if is_interruption(text) else "tool_error",
        message=why[1] if why else None,
        applied={key: structured[key] for key in _OF_PATCHES if key in structured},
        extra=extra,
        tool_use_id=call_id,
        details=volatile or None,
    )
    if not failed and known is not None:
        add_effects(run, known, output, structured, response=response, root=root)
    return AddedResult(response, refused)


def _of_iflow(
    output: dict[str, Any], structured: dict[str, Any], call: Call | None
) -> tuple[Any, str | None, dict[str, Any]]:
    """Return (what a tool answered, why it failed, its other members) of a result as iFlow writes it."""
    parts = output["responseParts"]
    part = parts[0] if isinstance(parts, list) and parts else parts
    answer = part.get("functionResponse") if isinstance(part, dict) else None
    response = answer.get("response") if isinstance(answer, dict) else parts
    wrong, _ = failure_of(response)
    result = response["output"] if isinstance(response, dict) and response.keys() == {"output"} else response
    if wrong is None and structured.get("status") in ("error", "failed", "cancelled"):
        wrong = first_line(result) or str(structured["status"])
    rest = {key: value for key, value in output.items() if key not in ("responseParts", *BLOCK) and value is not None}
    if (named := answer.get("name") if isinstance(answer, dict) else None) and call and named != call.tool_name:
        rest["name"] = named
    return result, wrong, {"shown" if key == "resultDisplay" else key: value for key, value in rest.items()}


def agent_of(details: Any) -> str | None:
    """Return the id of the subagent in a structured result; None if it names none."""
    agent_id = details.get("agentId") if isinstance(details, dict) else None
    return agent_id if isinstance(agent_id, str) else None


def _split(details: Any, output: Any, patched: bool) -> tuple[dict[str, Any], dict[str, Any]]:
    """Split a structured result into (payload, meta)."""
    if isinstance(details, str) and isinstance(output, str) and details.removeprefix("Error: ") == output:
        return {}, {}  # repeats the output
    if not isinstance(details, dict):
        return ({} if details is None else {"details": details}), {}
    elsewhere = _OF_PATCHES if patched else ()
    kept = {key: value for key, value in details.items() if key not in RESULT and key not in elsewhere}
    return {"details": kept} if kept else {}, {key: value for key, value in details.items() if key in RESULT}


def _rest(block: dict[str, Any]) -> dict[str, Any]:
    known = ("tool_use_id", "content", "is_error", *(("type",) if block.get("type") == "tool_result" else ()))
    return {key: value for key, value in block.items() if key not in known and value is not None}


def _is_error(output: dict[str, Any]) -> bool:
    """Whether an output is an error of a tool that the provider runs, such as web search."""
    return str(output.get("type")).endswith("_tool_result_error")


def _text_of(output: Any) -> str:
    """Return the text of a result, or of its text blocks."""
    if isinstance(output, str):
        return output
    blocks = output if isinstance(output, list) else []
    return "\n".join(
        block["text"] for block in blocks if isinstance(block, dict) and isinstance(block.get("text"), str)
    )
