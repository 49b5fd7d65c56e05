"""Parse the output of a Codex tool: its exit code, its duration, whether it failed or was denied."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from replay_gui.core.importers.formats.codex.script_output import SCRIPT_ERROR, ScriptOutput, read_script_output
from replay_gui.core.importers.formats.message_events import decoded, first_line, is_failure_text
from replay_gui.core.importers.times import seconds

_MAX_HEADER_LINES = 8
_EXITED = re.compile(r"(?:Process exited with code|Exit code:) (-?\d+)")
_WALL_TIME = re.compile(r"Wall time: ([\d.]+) seconds")
_COMMAND = re.compile(r"Command: (.{0,65536}?)\n(?=Chunk ID: |Wall time: )", re.DOTALL)
_CHUNK = re.compile(r"Chunk ID: (\S+)")
_RUNNING = re.compile(r"Process running with session ID (\S+)")
_COUNT_LINE = re.compile(r"(Original token count|Total output lines): (\d+)")
_MAX_SIGN_CHARACTERS = 64  # characters at the beginning of an output that show a failure
_FAILURES = (  # in lower case
    "apply_patch verification failed",
    "apply_patch handler received",
    "failed to ",
    "failed: ",
    "failed with ",
    "unsupported call",
    "unsupported custom tool call",
    "unsupported tool",
    "exec_command failed",
    "write_stdin failed",
    "shell command failed",
    "execution error",
    "failed in sandbox",
    "script failed",
    "tool call error",
    "collab spawn failed",
    "command timed out after",
    "unable to ",
    "err: ",
)
_REFUSALS = re.compile(
    r"(?:(?:exec |shell )?command|patch|(?:MCP )?tool call|request|edit) (?:was )?"
    r"(?:rejected|denied|declined|cancelled)(?: by (?:the )?user)?"
    r"|user (?:rejected|cancelled|denied) (?:the )?(?:MCP )?tool call"
    r"|approval policy is .{0,40}; reject command"
    r"|This action was rejected due to |`[^`]{1,4096}` rejected: |approval required by policy",
)
_NO_PROCESS = "exec_command failed"
_REJECTED = re.compile(r'CreateProcess \{ message: "Rejected\((?!\\"Failed to )(.*?)\)" \}', re.DOTALL)
_ESCAPED_LINE_END = re.compile(r"(?<!\\)\\{1,2}n")
_ESCAPED_QUOTE = re.compile(r'\\+"')
_COMMAND_MEMBERS = frozenset(
    {"chunk_id", "wall_time_seconds", "exit_code", "session_id", "original_token_count", "output"}
)
"""Members of a command's result inside a script; an output with exactly these is such a result."""
_ANSI = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
_ABORTED = re.compile(r"aborted(?: by user)?(?: after [\d.]+ ?s)?")


@dataclass(frozen=True, slots=True)
class ToolOutput:
    """A parsed tool output.

    Attributes:
        output: what the tool printed or returned. extra: other content, such as the exit code. meta: clocks and ids.
        error: None on success. refused: whether the file records that the call was denied.
    """

    output: Any
    error: str | None
    refused: bool = False
    extra: dict[str, Any] = field(default_factory=dict)
    meta: dict[str, Any] = field(default_factory=dict)


def read_output(raw: Any, facts: dict[str, Any]) -> ToolOutput:
    """Parse an output. `facts`: data of other lines about the same call (`exit_code`, `success`, `duration` in ns)."""
    script = read_script_output(raw)
    if script is not None:
        raw = script.output
    output, extra, meta = decoded(raw), dict[str, Any](), dict[str, Any]()
    if isinstance(output, dict) and "output" in output and output.keys() <= _COMMAND_MEMBERS:
        output, extra, meta = _command_result(output)
    elif isinstance(output, dict) and isinstance(output.get("metadata"), dict):
        metadata = dict(output["metadata"])
        if "duration_seconds" in metadata:
            meta["duration"] = seconds(metadata.pop("duration_seconds"))
        if "exit_code" in metadata:
            extra["exit_code"] = metadata.pop("exit_code")
        if metadata:
            extra["metadata"] = metadata
        rest = {key: value for key, value in output.items() if key != "metadata"}
        output = rest["output"] if rest.keys() == {"output"} else rest
    elif isinstance(raw, str) and isinstance(output, str):
        output, extra, meta = _without_header(output)
    elif isinstance(output, dict) and output.keys() == {"content", "success"}:
        extra["success"], output = output["success"], output["content"]
    if facts.get("exit_code") is not None:
        extra.setdefault("exit_code", facts["exit_code"])
    if facts.get("duration") is not None:
        meta.setdefault("duration", facts["duration"])
    if script is not None:
        meta.update({"duration": script.duration} if script.duration else {}, **_cell(script))
        extra.update({"running": True} if script.how == "running" else {})
    text = output if isinstance(output, str) else ""
    if script is None and not text:
        text = _first_text(output)
    code = extra.get("exit_code")  # with an exit code, the command did run
    success = extra.get("success", facts.get("success"))
    error = _error(text, code, success, output)
    if error is None and script is None and code is None and success is None and "running" not in extra:
        # No status: the first words decide, but not those of a header that is no header.
        error = first_line(text) if is_failure_text(text) and not _EXITED.match(text) else None
    if script is not None and script.error is not None:
        error, text = script.error, text.partition(SCRIPT_ERROR)[2]
    refusal = _refusal(text.lstrip()) if code is None else None
    return ToolOutput(output, refusal or error, refusal is not None, extra, meta)


def _command_result(report: dict[str, Any]) -> tuple[Any, dict[str, Any], dict[str, Any]]:
    """Return (output, other content, volatile part) from a script's report about a command."""
    extra, meta = dict[str, Any](), dict[str, Any]()
    if report.get("exit_code") is not None:
        extra["exit_code"] = report["exit_code"]
    if report.get("original_token_count") is not None:
        extra["original_token_count"] = report["original_token_count"]
    if report.get("session_id") is not None:
        extra["running"], meta["session_id"] = True, report["session_id"]
    if report.get("chunk_id") is not None:
        meta["chunk_id"] = report["chunk_id"]
    if (wall := seconds(report.get("wall_time_seconds"))) is not None:
        meta["duration"] = wall
    return report["output"], extra, meta


def _first_text(parts: Any) -> str:
    """Return the text of the first part of an output that is a list of parts; "" if it has none."""
    first = parts[0] if isinstance(parts, list) and parts else None
    text = first.get("text") if isinstance(first, dict) else None
    return text if isinstance(text, str) else ""


def _cell(script: ScriptOutput) -> dict[str, Any]:
    return {} if script.cell is None else {"cell_id": script.cell}


def _error(text: str, code: Any, success: Any, output: Any) -> str | None:
    line = first_line(_ANSI.sub("", text))
    if isinstance(code, int) and not isinstance(code, bool) and code != 0:
        return f"exit {code} · {line}" if line else f"exit {code}"
    start = text.lstrip()
    if success is False:
        return line or "failed"
    if code is None and (
        start[:_MAX_SIGN_CHARACTERS].lower().startswith(_FAILURES) or _ABORTED.fullmatch(start.strip())
    ):
        return line or "failed"
    if isinstance(output, dict) and (output.get("success") is False or output.get("is_error") is True):
        return first_line(str(output.get("error") or output.get("message") or "")) or "failed"
    return None


def _refusal(text: str) -> str | None:
    """Return why the user, a rule or a reviewer turned the call down; None if nobody did."""
    if text.startswith(_NO_PROCESS):
        rejected = _REJECTED.search(text)
        if rejected is None:
            return None
        text = _ESCAPED_LINE_END.sub("\n", _ESCAPED_QUOTE.sub('"', rejected[1])).strip().strip('"')
    elif not _REFUSALS.match(text):
        return None
    line, _, rest = text.partition("\n")
    reason = first_line(rest) if rest.startswith("Reason: ") else ""
    return f"{line} {reason}".strip()


def _without_header(text: str) -> tuple[str, dict[str, Any], dict[str, Any]]:
    """Return (output, data in the header lines, their volatile part); (the text, {}, {}) without a header."""
    extra, meta = dict[str, Any](), dict[str, Any]()
    command = _COMMAND.match(text)  # some versions begin with the command as the shell got it
    at = command.end() if command else 0
    for _ in range(_MAX_HEADER_LINES):
        end = text.find("\n", at)
        line = text[at:] if end < 0 else text[at:end]
        at = len(text) if end < 0 else end + 1
        if line == "Output:" and (extra or meta):
            return text[at:], {**extra, **({"command": command[1]} if command else {})}, meta
        if match := _EXITED.fullmatch(line):
            extra["exit_code"] = int(match[1])
        elif match := _WALL_TIME.fullmatch(line):
            meta |= {"duration": wall} if (wall := seconds(float(match[1]))) else {}  # 0: at most 0.1 s
        elif match := _CHUNK.fullmatch(line):
            meta["chunk_id"] = match[1]
        elif match := _RUNNING.fullmatch(line):
            extra["running"], meta["session_id"] = True, match[1]
        elif match := _COUNT_LINE.fullmatch(line):
            extra[match[1].lower().replace(" ", "_")] = int(match[2])
        else:
            break
    return text, {}, {}
