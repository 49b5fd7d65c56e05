"""One readable line about each event. The cost is bounded: only the beginning of a huge payload is read."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from itertools import islice
from typing import Any

from replay_gui.core.log.event import Event
from replay_gui.core.log.kinds import END, EXPECTED, OUTCOME, Kind, is_custom
from replay_gui.core.text.plain_text import one_line
from replay_gui.core.text.value_preview import (
    MAX_CHARACTERS,
    Members,
    member_text,
    members_preview,
    plain_start,
    preview,
)

MAX_SUMMARY_CHARACTERS = 200
_MAX_MEMBERS = 5
_PATH_ARGUMENTS = ("file_path", "path")
_MAX_PATH_CHARACTERS = 40  # of a longer path, the last _SHOWN_FOLDERS names are shown
_SHOWN_FOLDERS = 3

# The first of these members that a tool's input has is shown without its name.
_MAIN_ARGUMENTS = (
    "command",
    "cmd",
    "sql",
    "query",
    "file_path",
    "path",
    "url",
    "pattern",
    "prompt",
    "description",
    "code",
)
_DESCRIPTIONS = ("description", "summary")  # arguments in which the model says what the call is for

_DATA_ALONE = {"data", "fields"}  # the members of the payload of imported custom events
_EXIT_CODES = ("exit_code", "returncode", "exitCode", "exit")
# Lines that programs put around the output of a command.
_FRAME = re.compile(
    r"\s*(?:chunk id:.*|wall time:.*|process exited with code.*|exit code:.*|original token count:.*|output:|stdout:"
    r"|total output lines:.*|execution logs:|observation:|[-=`#*_~ ]*)\s*",
    re.IGNORECASE,
)
_GENERAL_ERRORS = ("tool_error", "span_error", "error", "interrupted")  # types that say no more than the kind does


def summarize_event(event: Event) -> str:
    """Return what happened as one visible line of at most MAX_SUMMARY_CHARACTERS, without the kind and the tool.

    Never raises, whatever the payload is.
    """
    if event.problem is not None:
        return one_line(event.problem, MAX_SUMMARY_CHARACTERS)
    summary: Callable[[Members], str] | None = _SUMMARIES.get(event.kind)
    if summary is None and is_custom(event.kind) and event.payload.keys() <= _DATA_ALONE:
        data = event.payload.get("data")
        text = _meta_summary(event) if data in (None, {}, [], "") else preview(data)
        return one_line(text, MAX_SUMMARY_CHARACTERS)
    return one_line((summary or preview)(event.payload), MAX_SUMMARY_CHARACTERS)


def _meta_summary(event: Event) -> str:
    """Return what else an event says whose data are empty: its unmapped members, its tokens."""
    tokens, fields = event.meta.get("tokens"), event.payload.get("fields") or event.meta.get("fields")
    if isinstance(tokens, Mapping) and tokens:
        sorts = islice(((sort, count) for sort, count in tokens.items() if type(count) is int), _MAX_MEMBERS)
        return ", ".join(f"{_number_text(count)} {member_text(sort)}" for sort, count in sorts) + " tokens"
    fields = fields or event.meta.get("usage")
    return preview(fields) if isinstance(fields, Mapping) and fields else ""


def _number_text(number: int) -> str:
    return f"{number:,}" if number.bit_length() <= 64 else member_text(number)


# ---- by kind --------------------------------------------------------------------------------------


def _request_summary(payload: Members) -> str:
    arguments = payload.get("input")
    if arguments in (None, "", {}, []):
        return "(no arguments)"
    if not isinstance(arguments, Mapping):
        return preview(arguments)
    main = next((name for name in _MAIN_ARGUMENTS if isinstance(arguments.get(name), str)), None)
    if main is None and len(arguments) == 1:
        (name, only), *_ = arguments.items()
        return plain_start(only) if isinstance(only, str) else f"{member_text(name)}: {member_text(only)}"
    if main is None:
        return members_preview(arguments)
    rest = {name: arguments[name] for name in islice(arguments, _MAX_MEMBERS) if name not in (main, *_DESCRIPTIONS)}
    text = _path_text(arguments[main]) if main in _PATH_ARGUMENTS else plain_start(arguments[main])
    return f"{text}, {members_preview(rest)}" if rest else text


def _path_text(path: str) -> str:
    """Return the end of a long path, which says more than its beginning."""
    if len(path) <= _MAX_PATH_CHARACTERS:
        return path
    parts = re.split(r"[/\\]", path[-MAX_CHARACTERS:])
    return "…/" + "/".join(parts[-_SHOWN_FOLDERS:]) if len(parts) > _SHOWN_FOLDERS else path[:MAX_CHARACTERS]


def _response_summary(payload: Members) -> str:
    """Return the exit code of a command that failed, then the first line that tells something."""
    error, output = payload.get("error"), payload.get("output")
    code, text = _exit_code(payload), _telling_line(output)
    if code not in (None, 0):
        return f"exit {member_text(code)} · {text}" if text else f"exit {member_text(code)}"
    if isinstance(error, str) and error:
        return plain_start(error)
    if payload.get("success") is False:
        return f"failed: {text or preview(output)}"
    return text or ("(no output)" if output in (None, "", {}, []) else preview(output))


def _exit_code(payload: Members) -> Any:
    """Return the exit code that a response holds in one of the usual places, None where it holds none."""
    fields, output = payload.get("fields"), payload.get("output")
    inner = fields.get("metadata") if isinstance(fields, Mapping) else None
    for members in (payload, fields, output, inner):
        if isinstance(members, Mapping):
            for name in _EXIT_CODES:
                if type(members.get(name)) is int:
                    return members[name]
    return None


def _telling_line(output: Any) -> str:
    """Return the first line of an output in words that is no frame around it."""
    if isinstance(output, Mapping):
        output = next((output[name] for name in ("output", "stdout", "stderr") if output.get(name)), None)
    if not isinstance(output, str):
        return ""
    start = plain_start(output)
    if start.lstrip()[:1] in ("{", "["):
        return preview(output)
    return next((line for line in start.splitlines() if not _FRAME.fullmatch(line)), "")


def _summary_of(*names: str, between: str = " · ") -> Callable[[Members], str]:
    def summary(payload: Members) -> str:
        return between.join(preview(payload[name]) for name in names if payload.get(name) not in (None, ""))

    return summary


def _observation_summary(payload: Members) -> str:
    text = preview(payload.get("data"))
    usual = payload.get("obs_type") in ("message", "command", "command-output", "input")
    return text if usual else f"{member_text(payload.get('obs_type'))}: {text}"


def _decision_summary(payload: Members) -> str:
    data, reasoning, fields = payload.get("data"), payload.get("reasoning"), payload.get("fields")
    if isinstance(reasoning, str) and reasoning and not isinstance(data, str):
        return plain_start(reasoning)
    calls = fields.get("tool_calls") if isinstance(fields, Mapping) else None
    if data is None and isinstance(calls, list) and calls:
        names = [str(call.get("name")) for call in calls[:_MAX_MEMBERS] if isinstance(call, Mapping)]
        return f"calls {', '.join(names)}"
    return "(no text)" if data in (None, "") else preview(data)


def _transition_summary(payload: Members) -> str:
    what, data = payload.get("phase") or payload.get("transition_type"), payload.get("data")
    text = member_text(what)
    return f"{text}: {preview(data)}" if isinstance(data, Mapping) and data and "phase" not in payload else text


def _memory_summary(payload: Members) -> str:
    key = member_text(payload.get("key"))
    if payload.get("operation") == "delete":
        return f"{key} deleted"
    return f"{key} = {preview(payload['value'])}" if "value" in payload else key


def _proposal_summary(payload: Members) -> str:
    why = payload.get("reasoning") or payload.get("patch_type")
    target = payload.get("target")
    return f"{_path_text(target) if isinstance(target, str) else member_text(target)} – {preview(why)}"


def _patch_summary(payload: Members) -> str:
    words = _summary_of("reason", "stage")(payload)
    return f"{member_text(payload.get('patch_hash'))[:12]}{' · ' if words else ''}{words}"


def _error_summary(payload: Members) -> str:
    kind, message = payload.get("error_type"), payload.get("message")
    text = plain_start(message) if isinstance(message, str) else preview(message)
    return text if kind in _GENERAL_ERRORS and message else f"{member_text(kind)}: {text}"


def _outcome_summary(payload: Members) -> str:
    passed, score, label = payload.get("passed"), payload.get("score"), payload.get("label")
    words = ["passed" if passed else "failed"] if isinstance(passed, bool) else []
    words += [f"score {member_text(score)}"] if isinstance(score, int | float) else []
    words += [member_text(label)] if label is not None else []
    return " · ".join([*(words or ["not graded"]), member_text(payload.get("by"))])


_SUMMARIES: dict[str, Callable[[Members], str]] = {
    Kind.AGENT_INIT: _summary_of("agent_type", "agent_version", between=" "),
    Kind.STATE_TRANSITION: _transition_summary,
    Kind.TOOL_REQUEST: _request_summary,
    Kind.TOOL_RESPONSE: _response_summary,
    Kind.CAPABILITY_DENIED: _summary_of("capability", "reason"),
    Kind.OBSERVATION: _observation_summary,
    Kind.DECISION: _decision_summary,
    Kind.MEMORY_WRITE: _memory_summary,
    Kind.MEMORY_READ: _memory_summary,
    Kind.PATCH_PROPOSAL: _proposal_summary,
    Kind.PATCH_APPLIED: _patch_summary,
    Kind.PATCH_REJECTED: _patch_summary,
    Kind.ERROR: _error_summary,
    Kind.SNAPSHOT: _summary_of("snapshot_type"),
    OUTCOME: _outcome_summary,
    END: _summary_of("how", "why"),
    EXPECTED: _summary_of("data"),
}
