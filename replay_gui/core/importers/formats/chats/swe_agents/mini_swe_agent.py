"""mini-swe-agent trajectories (``.traj.json``): an object with ``info`` and ``messages``, or the older bare array."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar

from replay_gui.core.errors import ImportRefused
from replay_gui.core.importers.foreign_file import ForeignFile
from replay_gui.core.importers.formats.chats.swe_agents.mini_swe_agent_forms import as_chat
from replay_gui.core.importers.formats.chats.verdicts import add_resolved, result_files
from replay_gui.core.importers.formats.message_events import MessageEvents, first_line
from replay_gui.core.importers.formats.message_usage import counted_tokens
from replay_gui.core.importers.formats.records import CLOCK, ID, RECORDER, USAGE, maps_in
from replay_gui.core.importers.import_notes import ImportNotes
from replay_gui.core.importers.imported_run import ImportedEvent, ImportedRun
from replay_gui.core.importers.run_builder import End, RunBuilder
from replay_gui.core.importers.times import seconds
from replay_gui.core.text.closed_tags import without_closed
from replay_gui.core.translation.messages import tr, translatable

_COMMAND = re.compile(r"```(?:mswea_bash_command|bash)[^\S\n]*+\n(?:[^\S\n]*+\n(?!```))*+(.*?)\n```", re.DOTALL)
_RESULT = re.compile(r"\s*<returncode>(-?\d+)</returncode>\s*<output>\n?(.*?)\n?</output>", re.DOTALL)
_BASH = "bash"
_SUBMITTED = "Submitted"
_HANDS_IN = re.compile(r"echo (?:COMPLETE_TASK_AND_SUBMIT|MINI_SWE_AGENT)_FINAL_OUTPUT")
_TOKENS = {
    "input": "prompt_tokens",
    "output": "completion_tokens",
    "cached": "prompt_tokens_details/cached_tokens",
}
_ENDS: dict[str, End] = {
    _SUBMITTED: "submitted",
    "LimitsExceeded": "limit",
    "TimeExceeded": "limit",
    "CostLimitExceeded": "limit",
    "StepLimitExceeded": "limit",
    "Timeout": "timeout",
    "TimeoutExpired": "timeout",
    "UserInterruption": "stopped by user",
    "KeyboardInterrupt": "stopped by user",
}
_READ_MEMBERS = frozenset({"info", "messages", "trajectory_format", "instance_id"})


class MiniSweAgent:
    """The importer. A file is one run."""

    name = "mini-swe-agent"
    title = translatable("mini-swe-agent trajectory")
    version = 8
    volatile: ClassVar[Mapping[str, str]] = {
        "id": ID,
        "tool_call_id": ID,
        "index": "The number of the part; the order of the parts shows it.",
        "instance_id": ID,
        "timestamp": CLOCK,
        "created": CLOCK,
        "usage": USAGE,
        "cost": USAGE,
        "model_stats": USAGE,
        "system_fingerprint": ID,
        "trajectory_format": RECORDER,
        "response": "The provider's own form of the answer; the message is compared.",
    }

    def recognises(self, file: ForeignFile) -> bool:
        """Accept an object of messages that names mini-swe-agent, or a list of messages with one of its results."""
        document = file.document
        if isinstance(document, dict):
            named = str(document.get("trajectory_format")).startswith("mini-swe-agent")
            info = document.get("info")
            return isinstance(document.get("messages"), list) and (
                named or (isinstance(info, dict) and "mini_version" in info)
            )
        return isinstance(document, list) and any(map(_is_result, document))

    def companions(self, file: ForeignFile) -> list[Path]:
        """Return the results files that may record whether the task was resolved."""
        return result_files(file.path)

    def runs(self, file: ForeignFile) -> Iterator[ImportedRun]:
        """Yield the trajectory as one run, named by its task if the file has it."""
        document = file.document
        trajectory = {"messages": document} if isinstance(document, list) else document
        if not isinstance(trajectory, dict) or not isinstance(trajectory.get("messages"), list):
            raise ImportRefused(tr("{path}: no mini-swe-agent trajectory in it", path=file.source.path))
        notes = ImportNotes(file.notes)
        name = file.source.path.name.partition(".")[0].encode("utf-8", "replace").decode()
        task = trajectory.get("instance_id")
        yield ImportedRun(
            name=name,
            run_id=f"{task}/{name}" if isinstance(task, str) else name,
            agent="mini-swe-agent",
            created=None,
            source={"instance_id": task} if isinstance(task, str) else {},
            events=_events(file, trajectory, notes),
            notes=notes,
        )


def _is_result(message: Any) -> bool:
    content = message.get("content") if isinstance(message, dict) else None
    return isinstance(content, str) and message.get("role") == "user" and _RESULT.match(content) is not None


def _events(file: ForeignFile, trajectory: dict[str, Any], notes: ImportNotes) -> Iterator[ImportedEvent]:
    run = RunBuilder(notes)
    info = trajectory["info"] if isinstance(trajectory.get("info"), dict) else {}
    version, config = info.get("mini_version"), info.get("config")
    run.agent_init(
        "mini-swe-agent",
        version if isinstance(version, str) else "",
        config if isinstance(config, dict) else {},
        format=trajectory.get("trajectory_format"),
    )
    messages = MessageEvents(run, notes, MiniSweAgent.name)
    left: tuple[Any, Any] = None, None  # the status and the submission of the last message
    fenced: str | None = None  # id of the command in the text before, which the older form answers as a user
    open_calls: list[Any] = []  # ids of the calls of the answer before
    waiting: list[str] = []  # ids of commands that the answer before names, which are answered as a user
    last = len(trajectory["messages"]) - 1
    for number, message in enumerate(map(as_chat, trajectory["messages"])):
        run.context = {"message": number}
        match message:
            case {"role": "user", "content": str(content)} if number == last and (
                status := _status_in_last_message(info, content, trajectory["messages"][number - 1] if fenced else None)
            ):
                submission = content if status == _SUBMITTED else ""
                ended = {"content": content, "extra": {"exit_status": status, "submission": submission}}
                left = _exit(run, ended, open_calls)
            case {"role": "user", "extra": {"returncode": _}} if waiting:
                _answer(messages, {**message, "tool_call_id": waiting.pop(0)})
            case {"role": "tool"}:
                _answer(messages, message)
            case {"role": "exit"}:
                left = _exit(run, message, open_calls)
            case {"role": "user", "content": str(content)} if fenced and (result := _RESULT.match(content)):
                more = {"shown": content} if content[result.end() :].strip() else None
                _output(messages, fenced, int(result[1]), result[2], meta={}, extra=more)
            case _:
                messages.message(message, _meta)
        named = _request_named_commands(run, message, number)
        waiting = named or waiting
        fenced = None if waiting else _request_fenced_command(run, message, number)
        is_answer = isinstance(message, dict) and message.get("role") == "assistant"
        asked = [call.get("id") for call in maps_in(message.get("tool_calls"))] if is_answer else []
        open_calls = asked or named or ([fenced] if fenced else [])
        yield from run.drain()
    run.context = {}
    taken = {"mini_version", "config", "exit_status", "submission", "traceback"}
    ending = {key: info[key] for key in ("exit_status", "submission", "traceback") if info.get(key)}
    run.bookkeeping("mini-swe-agent/result", ending, **_costs(info))
    rest = {key: value for key, value in info.items() if key not in {*taken, "model_stats"}}
    others = {key: value for key, value in trajectory.items() if key not in _READ_MEMBERS}
    if rest or others:
        run.bookkeeping("mini-swe-agent/info", {**others, **rest})
    _ending(run, info.get("exit_status") or left[0], info.get("submission") or left[1])
    add_resolved(run, file.path, str(trajectory.get("instance_id") or file.path.name.partition(".traj")[0]))
    yield from run.drain()


def _status_in_last_message(info: dict[str, Any], content: str, asking: Any) -> str | None:
    """Return the exit status if the older form's last message, with the user's role, is the end of the run; else None.

    `asking`: the answer before it, if it has a command; the run ended if this command submits its output.
    """
    status = info.get("exit_status")
    if isinstance(status, str):
        return status if content == (info.get("submission") or "") else None
    return _SUBMITTED if asking is not None and _HANDS_IN.search(asking["content"]) else None


def _ending(run: RunBuilder, status: Any, submission: Any) -> None:
    """Add how the run ended and what it submitted; another file may hold the verdict."""
    if not isinstance(status, str):
        if not run.end_by_call():
            run.end("open")
        return
    run.end(_ENDS.get(status, "crash"), status)
    if submission:
        run.outcome(passed=None, score=None, by="submission", answer=submission)


def _request_named_commands(run: RunBuilder, message: Any, number: int) -> list[str]:
    """Request the commands in the `extra` of a text answer; return the ids of the requests."""
    match message:
        case {"role": "assistant", "extra": {"actions": [*actions]}} if not message.get("tool_calls"):
            decided, ids = run.count - 1, list[str]()
            for action in actions:
                if isinstance(action, dict) and isinstance(action.get("command"), str):
                    ids.append(f"message {number} {len(ids)}")
                    run.request(ids[-1], _BASH, {"command": action["command"]}, parent=decided)
            return ids
    return []


def _request_fenced_command(run: RunBuilder, message: Any, number: int) -> str | None:
    """Request the command in the text of an older answer; return the request's id, or None if there is no command."""
    match message:
        case {"role": "assistant", "content": str(text)} if not message.get("tool_calls"):
            commands, _ = without_closed(_COMMAND, text, "\n```")
            if len(commands) == 1:
                run.request(f"message {number}", _BASH, {"command": commands[0][1]}, parent=run.count - 1)
                return f"message {number}"
    return None


def _answer(messages: MessageEvents, message: dict[str, Any]) -> None:
    extra = message["extra"] if isinstance(message.get("extra"), dict) else {}
    call_id, code = message.get("tool_call_id"), extra.get("returncode")
    raw, content = extra.get("raw_output"), message.get("content")
    meta = {"time": seconds(extra.get("timestamp")), "tool_call_id": call_id}
    taken = {"returncode", "raw_output", "timestamp", "exception_info"}
    more = {key: value for key, value in extra.items() if key not in taken and value}
    if content != f"<returncode>{code}</returncode>\n<output>\n{raw}</output>":
        more["shown"] = content  # the model saw another text: cut, or with a warning
    wrong = extra.get("exception_info")
    _output(messages, call_id, code, raw, meta=meta, wrong=str(wrong) if wrong else None, extra=more)


def _output(
    messages: MessageEvents,
    call_id: object,
    code: Any,
    raw: Any,
    *,
    meta: dict[str, Any],
    wrong: str | None = None,
    extra: dict[str, Any] | None = None,
) -> None:
    error = wrong or (None if code == 0 else f"exit code {code}")
    output = {"returncode": code, "output": raw}
    failed = None if wrong is None else "tool_error"  # an exit code alone is no Error
    reason = error and first_line(error)
    messages.run.end_call(call_id, output, error=reason, error_type=failed, message=wrong, extra=extra, **meta)


def _exit(run: RunBuilder, message: dict[str, Any], open_calls: list[Any]) -> tuple[Any, Any]:
    """Add the end of the run, or the error that ended it; return (status, submission).

    The submission is what the last command printed, which has no other answer.
    """
    extra = message["extra"] if isinstance(message.get("extra"), dict) else {}
    status, submission, content = extra.get("exit_status"), extra.get("submission"), message.get("content")
    rest = {key: value for key, value in extra.items() if key not in ("exit_status", "submission") and value}
    if status == _SUBMITTED and len(open_calls) == 1 and run.call(open_calls[0]) is not None:
        run.response(open_calls[0], {"output": submission}, error=None)
    if submission:
        run.proposal(None, "diff", "submission", submission)
    if status == _SUBMITTED:
        ending = {**({} if content == submission else {"content": content}), **rest}
        if ending:
            run.custom("mini-swe-agent/exit", ending)
    else:
        run.error(str(status), str(content or status), "agent", {"details": rest} if rest else None)
    return status, submission


def _meta(rest: dict[str, Any]) -> dict[str, Any]:
    """Return time, model, tokens and cost of a model's message; leave the other members in `rest`."""
    extra = dict(rest.pop("extra")) if isinstance(rest.get("extra"), dict) else {}
    more = {key: value for key, value in extra.items() if key not in ("response", "timestamp", "cost") and value}
    if more:
        rest["extra"] = more
    response = extra["response"] if isinstance(extra.get("response"), dict) else {}
    usage = response.get("usage")
    choices = response.get("choices")
    ends = (
        [choice.get("finish_reason") for choice in choices if isinstance(choice, dict)]
        if isinstance(choices, list)
        else []
    )
    meta: dict[str, Any] = {
        "time": seconds(extra.get("timestamp")),
        "model": response.get("model"),
        "response_id": response.get("id"),
        "finish_reason": ends[0] if ends else None,
        "usage": usage,
        "cost": extra.get("cost"),
        "fingerprint": response.get("system_fingerprint"),
    }
    if isinstance(usage, dict):
        meta["tokens"] = counted_tokens(usage, _TOKENS)
    return {name: value for name, value in meta.items() if value is not None}


def _costs(info: dict[str, Any]) -> dict[str, Any]:
    stats = info.get("model_stats")
    return {"cost": stats.get("instance_cost"), "stats": stats} if isinstance(stats, dict) else {}
