"""Inspect logs: from a sample's events to a run's. The state is the sample's own, out of its JSON patches."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from replay_gui.core.importers.import_notes import ImportNotes
from replay_gui.core.importers.imported_run import ImportedEvent
from replay_gui.core.importers.run_builder import RunBuilder
from replay_gui.core.importers.times import iso_time, seconds
from replay_gui.core.log.kinds import Kind

LOST_ATTACHMENTS = "texts that stood in an attachment which the file lacks"
MODEL_INPUTS = "inputs of model calls, left out: the state has their messages"
UNKNOWN_EVENTS = "events of an unknown type, kept as custom events"
OTHER_PATCHES = "changes of a kind that a log cannot hold, kept without effect on the state"

_ATTACHMENT = "attachment://"
_ENVELOPE = ("uuid", "span_id", "working_start", "working_time", "pending", "metadata", "parent_id", "id")
_CONFIG = ("model", "model_generate_config", "task_args", "model_args", "config", "sandbox")
_PLAIN = frozenset(
    {"info", "logger", "subtask", "score_edit", "compaction", "checkpoint", "branch", "anchor", "interrupt"}
    | {"sample_limit", "step", "sandbox", "approval"}
)
_REFUSALS = frozenset({"permission", "approval"})
_OPERATIONS = frozenset({"add", "replace", "remove"})


class InspectEvents:
    """Puts the events of one sample into a run."""

    def __init__(self, notes: ImportNotes) -> None:
        self._notes = notes
        self._run = RunBuilder(notes)
        self._attachments: dict[str, Any] = {}

    def read(self, log: dict[str, Any], sample: dict[str, Any]) -> Iterator[ImportedEvent]:
        about = log["eval"]
        found = sample.get("attachments")
        self._attachments = found if isinstance(found, dict) else {}
        self._begin(log, about, sample)
        yield from self._run.drain()
        yield from self._all(self._events_of(sample))
        self._run.context = {}
        taken = {
            "events",
            "attachments",
            "messages",
            "message_pool",
            "events_data",
            "transcript",
            "id",
            "epoch",
            "uuid",
        }
        taken |= {"store", "input"}
        rest = {key: value for key, value in sample.items() if key not in taken}
        usage = rest.pop("model_usage", None)
        timing = {key: rest.pop(key) for key in ("total_time", "working_time") if key in rest}
        self._run.custom("inspect/result", self._resolved(rest), usage=usage, timing=timing or None)
        yield from self._run.drain()

    def _begin(self, log: dict[str, Any], about: dict[str, Any], sample: dict[str, Any]) -> None:
        config = {key: about[key] for key in _CONFIG if about.get(key)} | {"plan": log.get("plan")}
        facts = {key: sample.get(key) for key in ("id", "epoch")}
        version, created = about.get("task_version"), iso_time(about.get("created"))
        task = str(about.get("task"))
        self._run.agent_init(task, "" if version is None else str(version), config, time=created, sample=facts)

    def _events_of(self, sample: dict[str, Any]) -> list[Any]:
        """The events, wherever this version of the format has them."""
        transcript, data = sample.get("transcript"), sample.get("events_data")
        for found in (sample.get("events"), transcript, data):
            events = found.get("events") if isinstance(found, dict) else found
            if isinstance(events, list) and events:
                return events
        return self._from_messages(sample)

    def _from_messages(self, sample: dict[str, Any]) -> list[Any]:
        """What the oldest files have instead of events: the messages."""
        messages = sample.get("messages")
        return [{"event": "message", "message": one} for one in messages] if isinstance(messages, list) else []

    def _all(self, events: list[Any]) -> Iterator[ImportedEvent]:
        for event in events:
            event = event if isinstance(event, dict) else {"event": "?", "raw": event}
            inner = event.pop("events", None)
            self._event(self._resolved(event))
            yield from self._run.drain()
            if isinstance(inner, list):  # older files have what happened inside a call or a subtask in there
                yield from self._all(inner)

    def _resolved(self, value: Any) -> Any:
        """`value` with the texts of its attachments."""
        if isinstance(value, str) and value.startswith(_ATTACHMENT):
            key = value.removeprefix(_ATTACHMENT)
            if key not in self._attachments:
                self._notes.count(LOST_ATTACHMENTS)
            return self._attachments.get(key, value)
        if isinstance(value, dict):
            return {key: self._resolved(member) for key, member in value.items()}
        if isinstance(value, list):
            return [self._resolved(member) for member in value]
        return value

    # ---- events ---------------------------------------------------------------------------------
    def _event(self, event: dict[str, Any]) -> None:
        kind = str(event.get("event"))
        self._run.context = {"time": iso_time(event.get("timestamp"))}
        envelope = {key: event[key] for key in _ENVELOPE if event.get(key) is not None}
        self._run.once = {"fields": envelope or None}
        rest = {key: value for key, value in event.items() if key not in ("event", "timestamp", *_ENVELOPE)}
        match kind:
            case "sample_init":
                self._started(rest)
            case "span_begin" if event.get("type") == "solver":
                payload = {"transition_type": "solver", "phase": str(event.get("name"))}
                self._run.add(Kind.STATE_TRANSITION, payload)
            case "span_begin" | "span_end":
                name = "begin" if kind == "span_begin" else "end"
                self._run.custom(
                    f"inspect/span-{name}", {key: event.get(key) for key in ("type", "name") if key in event}
                )
            case "model":
                self._model(rest)
            case "tool":
                self._tool(event, rest)
            case "state":
                ops = self._ops("/sample", rest.get("changes"))
                self._run.add(Kind.STATE_TRANSITION, {"transition_type": "state", **ops})
            case "store":
                self._stored(rest)
            case "score":
                self._run.custom("inspect/score", rest)
            case "error":
                error = rest.get("error")
                message = error.get("message") if isinstance(error, dict) else error
                self._run.error("sample_error", str(message), "inspect", details=rest)
            case "input":
                self._run.observation("input", "user", rest.get("input"))
            case "message":
                self._message(rest.get("message"))
            case _:
                if kind not in _PLAIN:
                    self._notes.count(UNKNOWN_EVENTS, example=kind)
                name = kind.replace("_", "-") if kind in _PLAIN else "other"
                self._run.custom(f"inspect/{name}", rest if kind in _PLAIN else {"event": kind, **rest})

    def _started(self, rest: dict[str, Any]) -> None:
        state, sample = rest.get("state"), rest.get("sample")
        given = sample.get("input") if isinstance(sample, dict) else sample
        ops = [{"op": "add", "path": "/sample", "value": state}] if isinstance(state, dict) else []
        ops.append({"op": "add", "path": "/store", "value": {}})
        payload = {"obs_type": "sample", "source": "dataset", "data": sample if given is None else given, "ops": ops}
        self._run.add(Kind.OBSERVATION, payload, sample=sample)

    def _model(self, rest: dict[str, Any]) -> None:
        output, config = rest.get("output"), rest.get("config")
        output = output if isinstance(output, dict) else {}
        choices, usage = output.get("choices"), output.get("usage")
        choice = choices[0] if isinstance(choices, list) and choices and isinstance(choices[0], dict) else {}
        message = choice.get("message")
        message = message if isinstance(message, dict) else {}
        if rest.get("input") or rest.get("input_refs"):
            self._notes.count(MODEL_INPUTS)
        content, reasoning = message.get("content"), _reasoning(message.get("content"))
        calls = message.get("tool_calls")
        said = (
            {"content": content, "tool_calls": [_call(call) for call in calls]} if isinstance(calls, list) else content
        )
        meta: dict[str, Any] = {
            "model": output.get("model") or rest.get("model"),
            "duration": seconds(output.get("time")),
            "usage": usage,
            "stop_reason": choice.get("stop_reason"),
            "retries": rest.get("retries"),
            "settings": config or None,
            "message": {key: message[key] for key in ("id", "source") if key in message} or None,
        }
        if isinstance(usage, dict):
            names = {"input": "input_tokens", "output": "output_tokens"}
            meta["tokens"] = {name: usage[key] for name, key in names.items() if type(usage.get(key)) is int}
        self._run.decision("message" if isinstance(said, str) else "model", said, reasoning, **meta)
        error = rest.get("error")
        if error:
            self._run.error("model_error", str(error), str(rest.get("model")))

    def _tool(self, event: dict[str, Any], rest: dict[str, Any]) -> None:
        call_id, name = event.get("id"), str(rest.get("function"))
        begun, ended = iso_time(event.get("timestamp")), iso_time(rest.get("completed"))
        if ended is None and begun is not None:
            ended = begun + (seconds(event.get("working_time")) or 0)
        self._run.request(call_id, name, rest.get("arguments"), tool_call_id=call_id)
        problem = rest.get("error")
        problem = problem if isinstance(problem, dict) else None
        error = str(problem.get("message") or problem.get("type")) if problem is not None else None
        seq, call = self._run.response(call_id, rest.get("result"), error=error, time=ended, tool_call_id=call_id)
        if problem is not None and error is not None:
            kind = str(problem.get("type"))
            if kind in _REFUSALS:
                self._run.denied(kind, call.tool_name, error, parent=seq, time=ended)
            else:
                self._run.error(kind, error, call.tool_name, parent=seq, time=ended)

    def _stored(self, rest: dict[str, Any]) -> None:
        changes = rest.get("changes")
        for change in changes if isinstance(changes, list) else []:
            if not isinstance(change, dict) or not isinstance(change.get("path"), str):
                self._run.custom("inspect/store", change)
                continue
            gone = change.get("op") == "remove"
            value = {} if gone else {"value": change.get("value")}
            payload = {"key": change["path"][1:] or "/", "operation": "delete" if gone else "set", **value}
            self._run.add(Kind.MEMORY_WRITE, {**payload, **self._ops("/store", [change])})

    def _ops(self, root: str, changes: Any) -> dict[str, Any]:
        """The operations on the part of the state that the changes are about."""
        ops = []
        for change in changes if isinstance(changes, list) else []:
            if not isinstance(change, dict) or change.get("op") not in _OPERATIONS:
                self._notes.count(OTHER_PATCHES)
                continue
            value = {} if change["op"] == "remove" else {"value": change.get("value")}
            ops.append({"op": change["op"], "path": f"{root}{change.get('path')}", **value})
        return {"ops": ops} if ops else {}

    def _message(self, message: Any) -> None:
        role = message.get("role") if isinstance(message, dict) else None
        content = message.get("content") if isinstance(message, dict) else message
        if role == "assistant":
            self._run.decision("message", content)
        elif role == "tool":
            self._run.observation("tool", str(message.get("function") or message.get("tool_call_id")), message)
        else:
            self._run.observation("message", str(role), content)


def _reasoning(content: Any) -> str | None:
    blocks = content if isinstance(content, list) else []
    found = [str(one.get("reasoning")) for one in blocks if isinstance(one, dict) and one.get("type") == "reasoning"]
    return "\n\n".join(found) or None


def _call(call: Any) -> Any:
    """A call without its id, which another run has another one of."""
    return {key: call[key] for key in call if key not in ("id", "internal")} if isinstance(call, dict) else call
