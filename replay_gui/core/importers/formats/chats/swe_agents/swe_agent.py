"""SWE-agent trajectories (``.traj``): an object with ``trajectory``, ``history``, or both."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import dropwhile
from pathlib import Path
from typing import Any, ClassVar

from replay_gui.core.errors import ImportRefused
from replay_gui.core.importers.foreign_file import ForeignFile
from replay_gui.core.importers.formats.chats.verdicts import add_resolved, result_files
from replay_gui.core.importers.formats.message_events import NOT_MESSAGES, decoded, first_line, is_failure_text
from replay_gui.core.importers.formats.message_usage import counted_tokens
from replay_gui.core.importers.formats.records import CLOCK, ID, USAGE, maps_in
from replay_gui.core.importers.import_notes import ImportNotes
from replay_gui.core.importers.imported_run import ImportedEvent, ImportedRun
from replay_gui.core.importers.json_lines import NotJson, value_in
from replay_gui.core.importers.run_builder import End, RunBuilder
from replay_gui.core.importers.times import seconds
from replay_gui.core.log.kinds import Kind
from replay_gui.core.translation.messages import tr, translatable

DEMONSTRATIONS = translatable("messages of demonstrations, kept as bookkeeping")

_EDITOR = "str_replace_editor"
_EDITS = ("edit", "str_replace", "insert", "create", _EDITOR)
_NO_FILE = "n/a"  # of a state without an open file
_REFUSED_EDIT = "Your proposed edit has introduced new syntax error"
_TIMED_OUT = re.compile(
    r"\s*EXECUTION TIMED OUT\b|The command .{1,2000}? was cancelled because it took more than", re.S
)
"""Beginnings of results of which SWE-agent itself says that it stopped the command."""
_DIFF = re.compile(r"^(?:diff --git |@@ )", re.MULTILINE)
_SUBMITTED = "submitted"
_REPEATED = (
    *("role", "agent", "message_type", "tool_calls/*/type", "tool_calls/*/function/name"),
    "tool_calls/*/function/arguments",
)
_ENDS: dict[str, End] = {"cost": "limit", "context": "limit", "limit": "limit", "timeout": "timeout", "api": "crash"}

_CHANGES_FOLDER = re.compile(r"\s*(?:cd\s+[^\s;&|]+\s*(?:&&|;)\s*)+(?=\S)")  # "cd /testbed && "


class SweAgent:
    """The importer. A file is one run: its trajectory's steps, after the messages before the first step.

    Without a trajectory, the steps are read from the history.
    """

    name = "swe-agent"
    title = translatable("SWE-agent trajectory")
    version = 11
    volatile: ClassVar[Mapping[str, str]] = {
        "execution_time": CLOCK,
        "model_stats": USAGE,
        "messages": "A copy of earlier messages, which are compared.",
        "query": "A copy of earlier messages, which are compared.",
        "tool_call_ids": ID,
        "id": ID,
        **dict.fromkeys((f"history/*/{name}" for name in _REPEATED), "A copy of a part of the trajectory."),
    }

    def recognises(self, file: ForeignFile) -> bool:
        """Accept a JSON document that is a SWE-agent trajectory."""
        return _is_trajectory(file.document)

    def companions(self, file: ForeignFile) -> list[Path]:
        """Return the results files that may record whether the task was resolved."""
        return result_files(file.path)

    def runs(self, file: ForeignFile) -> Iterator[ImportedRun]:
        """Yield the trajectory as one run, named by the file."""
        if not _is_trajectory(file.document):
            raise ImportRefused(tr("{path}: no SWE-agent trajectory in it", path=file.source.path))
        notes = ImportNotes(file.notes)
        name = file.stem
        yield ImportedRun(
            name=name,
            run_id=name,
            agent="swe-agent",
            created=None,
            source={},
            events=_events(file, notes),
            notes=notes,
        )


def _is_trajectory(document: Any) -> bool:
    if not isinstance(document, dict):
        return False
    steps, history = document.get("trajectory"), document.get("history")
    if isinstance(steps, list):
        return all(isinstance(step, dict) and {"action", "observation"} <= step.keys() for step in steps)
    telling = isinstance(history, list) and any(
        isinstance(message, dict) and "action" in message for message in history
    )
    return telling and all(isinstance(message, dict) and "role" in message for message in history or ())


def _events(file: ForeignFile, notes: ImportNotes) -> Iterator[ImportedEvent]:
    run, trajectory = RunBuilder(notes), file.document
    config = trajectory.get("replay_config")
    config = decoded(config) if isinstance(config, str) else config
    setting = config if isinstance(config, dict) else {}
    run.unmapped = {"environment": trajectory["environment"]} if trajectory.get("environment") else {}
    run.agent_init("swe-agent", "", setting)
    messages = trajectory["history"] if isinstance(trajectory.get("history"), list) else []
    demonstrations = [message for message in messages if _is_demonstration(message)]
    history = [message for message in messages if not _is_demonstration(message)]
    if demonstrations:
        notes.count(DEMONSTRATIONS, len(demonstrations))
        run.bookkeeping("swe-agent/demonstrations", demonstrations)
    state: dict[str, Any] = {}
    if isinstance(trajectory.get("trajectory"), list):
        _opening(run, history)
        asked = [(message.get("action"), _called(message)) for message in history if isinstance(message, dict)]
        for number, step in enumerate(trajectory["trajectory"]):
            run.context = {"step": number}
            at = next((at for at, (action, _) in enumerate(asked) if action and action == step.get("action")), None)
            named = asked[at][1] if at is not None else None
            asked = asked[at + 1 :] if at is not None else asked
            state = _step(run, step, state, number, named)
            yield from run.drain()
    else:
        for number, (decision, answer) in enumerate(_turns(run, notes, history)):
            run.context = {"step": number}
            named = decision.pop("tool")
            state = _step(run, {**decision, **answer}, state, number, named)
            yield from run.drain()
    run.context = {}
    yield from _ending(run, trajectory)
    add_resolved(run, file.path, file.path.name.partition(".traj")[0])
    yield from run.drain()


def _opening(run: RunBuilder, history: list[Any]) -> None:
    """Add the input of the model before its first answer."""
    for message in history:
        if not isinstance(message, dict) or message.get("role") == "assistant":
            return
        rest = {key: value for key, value in message.items() if key not in ("role", "content")}
        run.unmapped = {key: value for key, value in rest.items() if key not in SweAgent.volatile and value}
        run.observation("message", str(message.get("role")), message.get("content"))


def _turns(run: RunBuilder, notes: ImportNotes, history: list[Any]) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Yield (thought and action, result) of each turn in the messages; add the earlier messages to the run."""
    _opening(run, history)
    speech: dict[str, Any] | None = None
    for message in history:
        if not isinstance(message, dict):
            notes.count(NOT_MESSAGES)
            run.custom("swe-agent/entry", message)
        elif message.get("role") == "assistant":
            if speech is not None:
                yield speech, {}
            speech = {
                "thought": message.get("thought"),
                "action": message.get("action"),
                "response": message.get("content"),
                "tool": _called(message),
            }
        elif speech is not None:
            yield speech, {"observation": message.get("content")}
            speech = None
    if speech is not None:
        yield speech, {}


def _called(message: dict[str, Any]) -> str | None:
    """Return the tool in a model's only call; None if it wrote its command as text."""
    calls = [call for call in maps_in(message.get("tool_calls")) if isinstance(call.get("function"), dict)]
    name = calls[0]["function"].get("name") if len(calls) == 1 else None
    return name if isinstance(name, str) and name else None


def _program_of(command: str) -> str:
    """Return the program that a command runs, after it has changed the folder."""
    gone = _CHANGES_FOLDER.match(command)
    return (command[gone.end() :] if gone else command).split(None, 1)[0]


def _edited_file(action: str, tool: str, before: dict[str, Any]) -> str | None:
    """Return the file that a command edits: the one that it names, or the open one; None if it edits no file."""
    if tool not in _EDITS:
        return None
    parts = action.split(None, 3)
    if tool == _EDITOR:
        return parts[2].strip("\"'") if len(parts) > 2 and parts[1] != "view" else None
    if tool == "create" and len(parts) > 1:
        return parts[1].strip("\"'")
    opened = str(before.get("open_file") or "")
    return "" if opened == _NO_FILE else opened


def _step(
    run: RunBuilder, step: dict[str, Any], before: dict[str, Any], number: int, named: str | None
) -> dict[str, Any]:
    """Add a thought, its command and the result; return the environment's last known state.

    Versions before 1.0 record the state before the command, as text, and later ones the state after it.
    """
    action, thought, response = step.get("action"), step.get("thought"), step.get("response")
    taken = {"action", "thought", "response", "observation", "state", "execution_time", "messages", "query"}
    rest = {key: value for key, value in step.items() if key not in taken and value}
    state, is_before = _state(step.get("state")), isinstance(step.get("state"), str)
    if is_before and state and state != before:
        run.add(Kind.STATE_TRANSITION, {"transition_type": "environment", "data": state})
        before = state
    command = action if isinstance(action, str) and action.strip() else ""
    text = thought or response
    has_words = not (command and isinstance(thought, str) and thought and not thought.strip())
    rest |= {"response": response} if response not in (None, text) else {}
    run.unmapped = rest
    decided = run.decision("message", text) if has_words else None
    if not command:
        return before
    call_id, tool = f"step {number}", _program_of(command)
    run.request(call_id, named or tool, {"command": command}, parent=decided)
    if (edited := _edited_file(command, tool, before)) is not None:
        run.proposal(call_id, "command", edited, command)
    if "observation" not in step:
        return before
    output = step["observation"]
    refused = isinstance(output, str) and _REFUSED_EDIT in output
    failed = isinstance(output, str) and bool(_TIMED_OUT.match(output) or (tool == _EDITOR and is_failure_text(output)))
    error = _REFUSED_EDIT if refused else first_line(output) if failed else None
    took = seconds(step.get("execution_time"))
    seq, _ = run.end_call(call_id, output, error=error, error_type=None, message=str(output), duration=took)
    if state and state != before:
        run.add(Kind.STATE_TRANSITION, {"transition_type": "environment", "data": state}, parent=seq)
    if not state and tool == "open" and len(words := command.split(None, 2)) > 1:  # files without states
        return {**before, "open_file": words[1].strip("\"'")}
    return state or before


def _state(value: Any) -> dict[str, Any]:
    """Return the environment's state, which is an object or its JSON text."""
    if isinstance(value, str):
        try:
            value = value_in(value)
        except NotJson:
            return {"state": value}
    return value if isinstance(value, dict) else {}


def _messages_without_step(trajectory: dict[str, Any]) -> list[Any]:
    """Return the messages of the history that are not in a step of the trajectory."""
    steps, history = trajectory.get("trajectory"), trajectory.get("history")
    if not isinstance(steps, list) or not isinstance(history, list):
        return []
    known = {str(step.get(key)) for step in steps for key in ("thought", "response", "action", "observation")}
    after = list(
        dropwhile(lambda message: not isinstance(message, dict) or message.get("role") != "assistant", history)
    )
    others = [message for message in after if not _is_demonstration(message)]
    return [message for message in others if not isinstance(message, dict) or not _is_in_steps(message, known)]


def _is_demonstration(message: Any) -> bool:
    return isinstance(message, dict) and bool(message.get("is_demo"))


def _is_in_steps(message: dict[str, Any], known: set[str]) -> bool:
    return all(str(message[key]) in known for key in ("content", "thought", "action") if message.get(key))


def _ending(run: RunBuilder, trajectory: dict[str, Any]) -> Iterator[ImportedEvent]:
    info = trajectory["info"] if isinstance(trajectory.get("info"), dict) else {}
    status, submission, stats = info.get("exit_status"), info.get("submission"), info.get("model_stats")
    if _DIFF.search(str(submission)):  # else it is an answer, such as the flag of a CTF
        run.proposal(None, "diff", "submission", submission)
    if status is not None and not str(status).startswith(_SUBMITTED):
        run.error(str(status), str(status), "agent")
    rest = {key: value for key, value in info.items() if key not in ("submission", "model_stats")}
    taken = {"info", "trajectory", "history", "replay_config", "environment"}
    others = {key: value for key, value in trajectory.items() if key not in taken}
    cost = stats.get("instance_cost") if isinstance(stats, dict) else None
    others["history"] = _messages_without_step(trajectory)
    about = {key: value for key, value in {**others, **rest}.items() if value not in (None, [], {})}
    tokens = counted_tokens(stats, {"input": "tokens_sent", "output": "tokens_received"})
    known_tokens = tokens if any(tokens.values()) else None  # a replay has no tokens
    if about or stats:
        run.bookkeeping("swe-agent/result", about, stats=stats, total_cost=cost, tokens=known_tokens)
    end = "submitted" if str(status).startswith(_SUBMITTED) else _ENDS.get(str(status).removeprefix("exit_"), "crash")
    if status is not None or not run.end_by_call():
        run.end("open" if status is None else end, None if status is None else str(status))
    if submission:
        run.outcome(passed=None, score=None, by="submission", answer=submission)
    yield from run.drain()
