"""Make events of a sample in an Inspect log. The state is the recorded one, from the sample's JSON patches."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from replay_gui.core.importers.formats.frameworks.inspect_values import (
    OF_EVAL,
    OF_EVENT,
    OF_LOG,
    OF_OUTPUT,
    OF_SAMPLE,
    call_of,
    compared_part,
    grade,
    indexes,
    is_volatile_path,
    key_of,
    other_members_of_parts,
    sample_end,
    text_and_reasoning,
    tokens_of,
)
from replay_gui.core.importers.formats.records import as_map
from replay_gui.core.importers.formats.waiting_results import WaitingResults
from replay_gui.core.importers.import_notes import ImportNotes
from replay_gui.core.importers.imported_run import ImportedEvent
from replay_gui.core.importers.run_builder import RunBuilder
from replay_gui.core.importers.times import iso_time, seconds
from replay_gui.core.log.kinds import Kind
from replay_gui.core.translation.messages import translatable

LOST_ATTACHMENTS = translatable("texts in attachments that the file lacks")
UNKNOWN_EVENTS = translatable("events of an unknown type, kept as custom events")
OTHER_PATCHES = translatable("changes of a kind that a log cannot hold, kept without effect on the state")

_ATTACHMENTS = ("attachment://", "tc://")  # of today, and of the transcript of 2024
_PLAIN = frozenset(
    {"info", "logger", "subtask", "score_edit", "compaction", "checkpoint", "branch", "anchor", "interrupt"}
    | {"sample_limit", "step", "sandbox", "approval"}
)
_BOOKKEEPING = frozenset({"span_begin", "span_end", "step", "score", "score_edit", "logger", "anchor", "checkpoint"})
_REFUSALS = ("permission", "approval")
_OPERATIONS = frozenset({"add", "replace", "remove"})
_EMPTY: tuple[Any, ...] = (None, "", [], {})


class InspectEvents:
    """Add the events of one sample to a run."""

    def __init__(self, notes: ImportNotes) -> None:
        self._notes = notes
        self._run = RunBuilder(notes)
        self._attachments: dict[str, Any] = {}
        self._used: set[str] = set()  # the attachments of the sample
        self._pool: list[Any] = []  # the messages to which model events refer by index
        self._results = WaitingResults()
        self._known_messages: set[str] = set()  # messages in the run, without their ids
        self._last: dict[str, Any] = {}  # the last values of members that model events repeat
        self._targets: list[Any] = []
        self._spans: dict[str, dict[str, Any]] = {}  # the data of each span's start; its end has only the id

    def read(self, log: dict[str, Any], sample: dict[str, Any], unfinished: bool = False) -> Iterator[ImportedEvent]:
        """Yield the events of one sample of a log. `unfinished`: whether the evaluation had not ended."""
        transcript = sample.get("transcript")
        for texts in (sample.get("attachments"), transcript.get("content") if isinstance(transcript, dict) else None):
            self._attachments |= texts if isinstance(texts, dict) else {}
        self._pool = self._resolved(self._pool_of(sample))
        self._begin(log, log["eval"], sample)
        yield from self._run.drain()
        yield from self._all(self._events_of(sample))
        self._results.release_all()
        self._run.context = {}
        self._finish(sample, unfinished)
        yield from self._run.drain()

    def _begin(self, log: dict[str, Any], about: dict[str, Any], sample: dict[str, Any]) -> None:
        config = {k: v for k, v in about.items() if k not in OF_EVAL and k not in ("task", "task_version") and v}
        more = {k: v for k, v in log.items() if k not in OF_LOG and k not in ("eval", "samples", "plan") and v}
        config |= {"plan": log.get("plan"), "sample_id": sample.get("id")} | ({"log": more} if more else {})
        facts = {key: sample.get(key) for key in ("id", "epoch")}
        version, created = about.get("task_version"), iso_time(about.get("created"))
        self._last["model"] = about.get("model")
        task = str(about.get("task"))
        self._run.agent_init(task, "" if version in (None, 0) else str(version), config, time=created, sample=facts)

    # ---- finding the events ----------------------------------------------------------------------
    def _events_of(self, sample: dict[str, Any]) -> list[Any]:
        """Return the events, from the member of this version of the format."""
        transcript, data = sample.get("transcript"), sample.get("events_data")
        for candidates in (sample.get("events"), transcript, data):
            events = candidates.get("events") if isinstance(candidates, dict) else candidates
            if isinstance(events, list) and events:
                return events
        return self._from_messages(sample)

    def _from_messages(self, sample: dict[str, Any]) -> list[Any]:
        """Return events for the messages of the oldest files, which have no events."""
        messages = sample.get("messages")
        return [{"event": "message", "message": message} for message in messages] if isinstance(messages, list) else []

    def _pool_of(self, sample: dict[str, Any]) -> list[Any]:
        data = sample.get("events_data")
        for messages in (sample.get("message_pool"), data.get("messages") if isinstance(data, dict) else None):
            if isinstance(messages, list):
                return messages
        return []

    def _all(self, events: list[Any]) -> Iterator[ImportedEvent]:
        for event in events:
            event = event if isinstance(event, dict) else {"event": "?", "raw": event}
            self._results.release(iso_time(event.get("timestamp")))
            inner = event.get("events")
            self._event(self._resolved({key: value for key, value in event.items() if key != "events"}))
            yield from self._run.drain()
            if isinstance(inner, list):  # older files nest the events inside a call or a subtask
                yield from self._all(inner)
                self._results.release_all()
                yield from self._run.drain()

    def _resolved(self, value: Any) -> Any:
        """Return `value` with the texts of its attachments."""
        if isinstance(value, str) and value.startswith(_ATTACHMENTS):
            key = value.partition("://")[2]
            self._used.add(key)
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
        envelope = {k: event[k] for k in OF_EVENT if k not in ("timestamp", "call") and event.get(k) is not None}
        self._run.once = {"fields": envelope or None}
        rest = {k: v for k, v in event.items() if k != "event" and k not in OF_EVENT and v not in _EMPTY}
        match kind:
            case "sample_init":
                self._started(rest)
            case "span_begin" if event.get("type") == "solver":
                self._spans[str(event.get("id"))] = dict(rest)
                payload = {"transition_type": "solver", "phase": str(rest.pop("name", None))}
                self._run.unmapped = {key: value for key, value in rest.items() if key != "type"}
                self._run.add(Kind.STATE_TRANSITION, payload)
            case "model":
                self._model(event, rest)
            case "tool":
                self._tool(event, rest)
            case "state":
                ops = self._ops("/sample", rest.pop("changes", None))
                self._run.unmapped = rest
                self._run.add(Kind.STATE_TRANSITION, {"transition_type": "state", **ops})
            case "store":
                self._stored(rest)
            case "error":
                error = rest.pop("error", None)
                message = error.get("message") if isinstance(error, dict) else error
                more = {k: v for k, v in error.items() if k != "message"} if isinstance(error, dict) else {}
                self._run.unmapped = {**rest, **more}
                self._run.error("sample_error", str(message), "inspect")
            case "input":
                self._run.unmapped = {key: value for key, value in rest.items() if key != "input"}
                self._run.observation("input", "user", rest.get("input"))
            case "message":
                self._message(rest.get("message"))
            case _ if kind in _BOOKKEEPING:
                if kind == "span_begin":
                    self._spans[str(event.get("id"))] = rest
                elif kind == "span_end" and not rest:
                    rest = self._spans.get(str(event.get("id")), {})
                self._run.bookkeeping(f"inspect/{kind.replace('_', '-')}", rest)
            case _:
                if kind not in _PLAIN:
                    self._notes.count(UNKNOWN_EVENTS, example=kind)
                name = kind.replace("_", "-") if kind in _PLAIN else "other"
                self._run.custom(f"inspect/{name}", rest if kind in _PLAIN else {"event": kind, **rest})

    def _started(self, rest: dict[str, Any]) -> None:
        state, sample = rest.pop("state", None), rest.pop("sample", None)
        given = sample.get("input") if isinstance(sample, dict) else sample
        self._known_messages.add(key_of(given))
        if isinstance(sample, dict):
            self._targets.append(sample.get("target"))
            rest |= {k: v for k, v in sample.items() if k not in ("input", "target", "id") and v not in _EMPTY}
        ops = [{"op": "add", "path": "/sample", "value": compared_part(state)}] if isinstance(state, dict) else []
        if isinstance(state, dict) and isinstance(state.get("messages"), list):
            self._known_messages.update(map(key_of, state["messages"]))
        ops.append({"op": "add", "path": "/store", "value": {}})
        payload = {"obs_type": "sample", "source": "dataset", "ops": ops}
        self._run.unmapped = rest
        self._run.add(Kind.OBSERVATION, {**payload, "data": compared_part(sample if given is None else given)})

    def _model(self, event: dict[str, Any], rest: dict[str, Any]) -> None:
        output = as_map(rest.pop("output", None))
        choices, usage = output.get("choices"), output.get("usage")
        choice = choices[0] if isinstance(choices, list) and choices and isinstance(choices[0], dict) else {}
        message = as_map(choice.get("message"))
        text, reasoning = text_and_reasoning(message.get("content"))
        calls = message.get("tool_calls")
        calls = [call_of(call) for call in calls] if isinstance(calls, list) else []
        self._known_messages.add(key_of(message))
        self._run.context["time"] = _ended(event, output.get("time")) or self._run.context["time"]  # the answer's
        error, asked = rest.pop("error", None), rest.get("model")
        self._run.unmapped = self._facts_of_model(
            rest, output=output, choice=choice, message=message, text=text, has_calls=bool(calls)
        )
        meta: dict[str, Any] = {
            "model": output.get("model") or asked,
            "duration": seconds(output.get("time")),
            "usage": usage,
            "retries": event.get("retries"),
        }
        if isinstance(usage, dict):
            meta["tokens"] = tokens_of(usage)
        if error and not message:  # the model gave no message
            self._run.error("model_error", str(error), str(asked), **meta)
            return
        content = {"content": text, "tool_calls": calls} if calls else text
        self._run.decision("message" if isinstance(content, str) else "model", content, reasoning, **meta)
        if error:
            self._run.error("model_error", str(error), str(asked))

    def _facts_of_model(
        self,
        rest: dict[str, Any],
        *,
        output: dict[str, Any],
        choice: dict[str, Any],
        message: dict[str, Any],
        text: Any,
        has_calls: bool,
    ) -> dict[str, Any]:
        """Return a model event's members other than its answer, without those equal to the last event's."""
        asked = [self._pool[index] for index in indexes(rest.pop("input_refs", None), len(self._pool))]
        given = rest.pop("input", None)
        given = [*(given if isinstance(given, list) else [given] if given else []), *asked]
        new = [compared_part(item) for item in given if self._is_new(item)]
        for name in ("model", "config", "tools", "tool_choice", "role"):
            if name in rest and self._last.get(name) == rest[name]:
                del rest[name]
            elif name in rest:
                self._last[name] = rest[name]
        facts = {**rest, **({"input": new} if new else {})}
        more = {k: v for k, v in message.items() if k not in ("id", "source", "tool_calls", "role")}
        more |= {"content": other_members_of_parts(message.get("content"))}
        more |= {k: v for k, v in choice.items() if k not in ("message", "stop_reason")}
        more |= {k: v for k, v in output.items() if k not in ("choices", "completion", "model", *OF_OUTPUT)}
        if (of_message := more.pop("model", None)) not in (None, output.get("model")):
            more["model of the message"] = of_message
        if message.get("role") not in (None, "assistant"):
            more["role"] = message["role"]
        if choice.get("stop_reason") not in (None, "tool_calls" if has_calls else "stop"):
            more["stop_reason"] = choice["stop_reason"]
        more |= {"completion": output["completion"]} if output.get("completion") not in (None, "", text) else {}
        if output.get("model") not in (None, self._last.get("output model")):
            self._last["output model"] = more["model"] = output["model"]
        if isinstance(choices := output.get("choices"), list) and len(choices) > 1:
            more["choices"] = [compared_part(item) for item in choices[1:]]
        other_output = {key: value for key, value in more.items() if value not in _EMPTY}
        return facts | ({"output": other_output} if other_output else {})

    def _is_new(self, message: Any) -> bool:
        key = key_of(message)
        if key in self._known_messages:
            return False
        self._known_messages.add(key)
        return True

    def _tool(self, event: dict[str, Any], rest: dict[str, Any]) -> None:
        call_id, name = event.get("id"), str(rest.pop("function", None))
        if self._run.call(call_id) is not None:  # an id that was used before
            self._results.release_all()
        begun, ended = iso_time(event.get("timestamp")), _ended(event, event.get("working_time"))
        self._run.request(call_id, name, rest.pop("arguments", None), tool_call_id=call_id)
        problem, result = rest.pop("error", None), rest.pop("result", None)
        more = {key: value for key, value in rest.items() if (key, value) != ("type", "function")}
        context = self._run.context

        def add() -> None:
            now, self._run.context, self._run.unmapped = self._run.context, context, more
            self._answered(call_id, result, problem, time=ended)
            self._run.context = now

        self._results.wait(begun, ended, add)

    def _answered(self, call_id: object, result: Any, problem: Any, **meta: Any) -> None:
        """Add the result of a call. `problem`: the error in Inspect's form; None if there is none."""
        problem = problem if isinstance(problem, dict) else None if problem is None else {"message": problem}
        error = str(problem.get("message") or problem.get("type")) if problem is not None else None
        seq, call = self._run.response(call_id, result, error=error, tool_call_id=call_id, **meta)
        if problem is not None and error is not None:
            kind, time = str(problem.get("type") or "tool_error"), meta.get("time")
            if kind in _REFUSALS:
                self._run.denied(kind, call.tool_name, error, parent=seq, time=time)
            else:
                self._run.error(kind, error, call.tool_name, parent=seq, time=time)

    def _stored(self, rest: dict[str, Any]) -> None:
        changes = rest.pop("changes", None)
        self._run.unmapped = rest
        for change in changes if isinstance(changes, list) else []:
            if not isinstance(change, dict) or not isinstance(change.get("path"), str):
                self._run.custom("inspect/store", change)
                continue
            gone = change.get("op") == "remove"
            value = {} if gone else {"value": change.get("value")}
            payload = {"key": change["path"][1:] or "/", "operation": "delete" if gone else "set", **value}
            self._run.add(Kind.MEMORY_WRITE, {**payload, **self._ops("/store", [change])})

    def _ops(self, root: str, changes: Any) -> dict[str, Any]:
        """Return the operations on the part of the state that is changed."""
        ops, others = [], []
        for change in changes if isinstance(changes, list) else []:
            if not isinstance(change, dict) or str(change.get("op")) not in _OPERATIONS:
                self._notes.count(OTHER_PATCHES)
                others.append(change)
                continue
            path = str(change.get("path"))
            if root == "/sample" and is_volatile_path(path):
                continue
            if root == "/sample":
                self._known_messages.add(key_of(change.get("value")))
                change = {**change, "value": compared_part(change.get("value"))}
            value = {} if change["op"] == "remove" else {"value": change.get("value")}
            ops.append({"op": change["op"], "path": f"{root}{path}", **value})
        return ({"ops": ops} if ops else {}) | ({"other_changes": others} if others else {})

    def _message(self, message: Any) -> None:
        self._known_messages.add(key_of(message))
        fields = compared_part(message)
        facts = fields if isinstance(fields, dict) else {"content": fields}
        role, content = facts.pop("role", None), facts.pop("content", None)
        if role == "tool":
            problem, name = facts.pop("error", None), facts.pop("function", None)
            self._run.unmapped = {key: value for key, value in facts.items() if value not in _EMPTY}
            self._answered(message.get("tool_call_id"), content, problem, tool_name=name)
            return
        calls = facts.pop("tool_calls", None) if role == "assistant" else None
        text, reasoning = text_and_reasoning(content)
        self._run.unmapped = {key: value for key, value in facts.items() if value not in _EMPTY}
        if role != "assistant":
            self._run.observation("message", str(role), text)
        elif text not in _EMPTY or reasoning or not calls:
            self._run.decision("message", text, reasoning)
        for call in message["tool_calls"] if calls else ():
            self._request_call(call)

    def _request_call(self, call: Any) -> None:
        """Add a call in a message."""
        rest = call_of(call) if isinstance(call, dict) else {"arguments": call}
        self._run.unmapped |= {k: v for k, v in rest.items() if k not in ("function", "arguments") and v not in _EMPTY}
        call_id = call.get("id") if isinstance(call, dict) else None
        self._run.request(call_id, str(rest.get("function")), rest.get("arguments"), tool_call_id=call_id)

    # ---- the end --------------------------------------------------------------------------------
    def _finish(self, sample: dict[str, Any], unfinished: bool) -> None:
        """Add the facts about the whole sample: the expected result, the scores, the end."""
        taken = {"events", "attachments", "messages", "message_pool", "events_data", "transcript"}
        taken |= {"id", "input", "target", "scores", *OF_SAMPLE}
        rest = {k: compared_part(v) for k, v in self._resolved(sample).items() if k not in taken and v not in _EMPTY}
        all_messages = self._resolved(sample.get("messages"))
        all_messages = all_messages if isinstance(all_messages, list) else [all_messages] if all_messages else []
        messages = [message for message in all_messages if self._is_new(message)]
        pooled = [item for item in self._pool if self._is_new(item)]
        unused = {key: value for key, value in self._attachments.items() if key not in self._used}
        given = self._resolved(sample.get("input"))
        rest |= {"input": compared_part(given)} if given not in _EMPTY and self._is_new(given) else {}
        for name, unread in (("messages", messages), ("message_pool", pooled), ("attachments", unused)):
            rest |= {name: compared_part(unread)} if unread else {}
        data = sample.get("events_data")
        if isinstance(data, dict):
            more = {key: value for key, value in data.items() if key not in ("messages", "events", "calls") and value}
            rest |= {"events_data": more} if more else {}
        timing = {key: sample[key] for key in OF_SAMPLE if "time" in key and key in sample}
        self._run.bookkeeping("inspect/result", rest, usage=sample.get("model_usage"), timing=timing or None)
        targets = [item for item in (self._resolved(sample.get("target")), *self._targets) if item not in _EMPTY]
        targets = [item for index, item in enumerate(targets) if item not in targets[:index]]
        target = targets[0] if len(targets) == 1 else targets or None
        if target is not None:
            self._run.expected(target)
        self._run.end(*sample_end(sample, unfinished))
        scores = self._resolved(sample.get("scores"))
        for name, score in scores.items() if isinstance(scores, dict) else ():
            graded = grade(score if isinstance(score, dict) else {"value": score})
            self._run.outcome(by=f"Inspect scorer {name}", expected=target, **graded)


def _ended(event: dict[str, Any], worked: Any) -> int | None:
    """Return the end time of an event, in ns since 1970; if it has none, `worked` seconds after its start."""
    ended = iso_time(event.get("completed"))
    if ended is not None:
        return ended
    begun, took = iso_time(event.get("timestamp")), seconds(worked)
    return None if begun is None or took is None else begun + took
