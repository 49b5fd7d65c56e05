"""OpenAI Agents SDK: the saved state of a run (``RunState``), as the Python and the JavaScript SDK write it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from replay_gui.core.importers.foreign_file import ForeignFile
from replay_gui.core.importers.formats.chats.chat_messages import ChatMessageEvents
from replay_gui.core.importers.formats.message_content import arguments_of, content_of
from replay_gui.core.importers.formats.message_events import first_line
from replay_gui.core.importers.formats.message_usage import counted_tokens
from replay_gui.core.importers.formats.records import as_map, first_records, maps_in, numbered_records
from replay_gui.core.importers.import_notes import ImportNotes
from replay_gui.core.importers.imported_run import ImportedRun
from replay_gui.core.importers.plain_values import plain
from replay_gui.core.importers.run_builder import End
from replay_gui.core.log.kinds import Kind

_USERS_OWN = (
    *("arguments", "metadata", "provider_data", "params_json_schema", "custom_data", "approvals"),
    "pending_agent_tool_runs",
)
"""Members whose names within are the user's or a provider's."""
_READ_MEMBERS = ("original_input", "pending_input", "max_turns", "model_responses")
_GUARDRAILS = tuple(f"{what}_guardrail_results" for what in ("input", "output", "tool_input", "tool_output"))
_STOPS = "raise_exception"  # what a guardrail of a tool does
_USUAL_MEMBERS = (("status", "completed"), ("type", "message"))  # members of items
_TOKENS = {
    "input": "input_tokens",
    "cached": "input_tokens_details/cached_tokens",
    "output": "output_tokens",
    "reasoning": "output_tokens_details/reasoning_tokens",
}
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def has_states(file: ForeignFile) -> bool:
    """Return whether a file begins with a saved state."""
    return any(_state(record) is not None for record in (file.document, *first_records(file)[:5]))


def runs_of_states(
    file: ForeignFile, format: str, volatile: Mapping[str, str], notes: ImportNotes
) -> Iterator[ImportedRun]:
    """Yield a run for each saved state: alone, in the ``state`` of a result, in an array, or one per line."""
    alone = _state(file.document)
    records = [(1, file.document)] if alone is not None else numbered_records(file, notes)
    for number, record in records:
        if (state := _state(record)) is not None:
            name = file.stem if alone is not None else f"{file.stem} {number}"
            yield RunStateEvents(format, volatile, ImportNotes(notes), state).run_named(name)


class RunStateEvents(ChatMessageEvents):
    """Make events of a state: of its input, and of its items, which are messages, calls, results and approvals."""

    def __init__(self, format: str, volatile: Mapping[str, str], notes: ImportNotes, state: dict[str, Any]) -> None:
        super().__init__(format, volatile, notes)
        self.volatile_within = self._reasons = volatile
        self._state: dict[str, Any] = plain(state, notes)
        self._items = _items(self._state)
        self._agent_now = next((_agent(item) for item in self._items), _agent(self._state, "current_agent"))
        self.agent = self._agent_now or self.agent
        self._rejected, self._approved = (_decided(self._state, word) for word in ("rejected", "approved"))
        self._is_text_last = False
        self._of_agent = False  # the run of an agent that is a tool
        self._counts = True  # its tokens

    def run_named(self, name: str) -> ImportedRun:
        """Return the run; `name`: of a run that was not traced."""
        trace = as_map(self._state.get("trace"))
        return self.imported_run(str(trace.get("id") or name), enumerate(self._records(), 1))

    def _records(self) -> Iterator[Any]:
        state = self._state
        usage = as_map(as_map(state.get("context")).get("usage"))
        responses = maps_in(state.get("model_responses"))
        used, whole = [tokens_of(response.get("usage")) for response in responses], tokens_of(usage)
        by_step = not whole or all(
            sum(one.get(sort, 0) for one in used) == whole.get(sort, 0) for sort in ("input", "output")
        )
        setting = {"max_turns": state["max_turns"]} if state.get("max_turns") is not None else {}
        if not self._begun:
            self.begin(setting)
        yield from _messages(state.get("original_input"))
        yield from self._answered(responses, used if by_step and self._counts else [{}] * len(used))
        yield from _messages(state.get("pending_input"))
        self.whole = _unread(state, self._items) | (setting if self._of_agent else {})
        for call_id, inner in _nested(state):
            self._add_nested(call_id, inner, counts=by_step and self._counts)
        if not by_step and self._counts:  # agents that were tools have used the others; "/result": of the whole run
            self.run.bookkeeping(f"{self.format}/result", "tokens of the whole run", tokens=whole)
        self._add_tripped()
        self.how = self._end()

    def _add_nested(self, call_id: str, state: dict[str, Any], *, counts: bool) -> None:
        """Add the run of an agent that is a tool. `counts`: no sum of the outer run has its tokens."""
        reader = RunStateEvents(self.format, self._reasons, self.notes, state)
        reader.run, reader._begun, reader._of_agent, reader._counts = self.run, True, True, counts
        call, outer = self.run.call(call_id), self.run.context
        name = reader.agent if call is None else call.tool_name
        about = {"subagent": [*(outer.get("subagent") or ()), name], "parent": None if call is None else call.seq}
        for record in reader._records():
            self.run.context = dict(about)
            reader.add_record(record if isinstance(record, dict) else {"record": record})
        self.run.context = dict(about)
        self.run.bookkeeping(f"{self.format}/file", reader.rest(reader.whole))
        self.run.context = outer

    def add_message(self, source: str, data: Any, extra: dict[str, Any] | None = None, **meta: Any) -> int:
        """Add a message; an agent gives the task of one that is a tool."""
        if source == "user" and self._of_agent:
            return self.run.observation("subagent-message", "agent", data, extra, **meta)
        return super().add_message(source, data, extra, **meta)

    def add_answer(
        self, text: Any, reasoning: str | None = None, extra: dict[str, Any] | None = None, **meta: Any
    ) -> int:
        """Add an answer; one of an agent that is a tool is not the run's."""
        if text and self._of_agent:
            return self.run.decision("subagent-message", text, reasoning, extra, **meta)
        return super().add_answer(text, reasoning, extra, **meta)

    def _answered(self, responses: list[dict[str, Any]], used: list[dict[str, int]]) -> Iterator[dict[str, Any]]:
        """Yield the items; the first of each response with its tokens. Outputs that are no items come before it."""
        items, place = list(self._items), 0
        for response, tokens in zip(responses, used, strict=True):
            about = {"tokens": tokens or None, "response_id": response.get("response_id")}
            for output in maps_in(response.get("output")):
                at = next((n for n in range(place, len(items)) if items[n].get("raw_item") == output), None)
                if at is None:
                    yield {"raw_item": output, "about": about}
                else:
                    yield from items[place:at]
                    yield {**items[at], "about": about}
                    place = at + 1
                about = {}
        yield from items[place:]

    def add_record(self, record: dict[str, Any]) -> None:
        """Add the events of one item, or of one message of the input."""
        item, kind = record.get("raw_item"), record.get("type")
        if not isinstance(item, dict):
            super().add_record(record)
            return
        if (name := _agent(record)) is not None and name != self._agent_now:
            self._agent_now = name
            self.run.add(Kind.STATE_TRANSITION, {"transition_type": "agent", "data": {"agent": name}})
        self.run.context |= as_map(record.get("about"))
        sort, call_id = str(item.get("type")), str(item.get("call_id") or item.get("id") or "")
        self._is_text_last = sort == "message"
        if kind == "tool_approval_item":
            self._add_approval(item, call_id)
        elif sort.endswith("_output") and self._is_rejected(call_id):
            output = content_of(item.get("output"))
            self.add_result(call_id, output, first_line(output) or "rejected", {}, refused=True, tool_call_id=call_id)
        elif sort.endswith("_call") and sort != "function_call":
            self._add_call(sort.removesuffix("_call"), item, call_id)
        elif sort.endswith("_call_output") and sort != "function_call_output":
            self.add_result(call_id, content_of(item.get("output")), None, {}, tool_call_id=call_id)
        else:
            super().add_record({name: value for name, value in item.items() if (name, value) not in _USUAL_MEMBERS})

    def _add_call(self, name: str, item: dict[str, Any], call_id: str) -> None:
        """Add a call of a tool that is no function; one that the provider ran has its result in the same item."""
        given = self.rest(item, "type", "status", "name", "arguments", "output", "results", "error")
        given = {**given, **as_map(arguments_of(item["arguments"]))} if item.get("arguments") else given
        self.run.request(call_id, str(item.get("name") or name), given, tool_call_id=call_id)
        if "call_id" not in item:
            self.run.context.pop("tokens", None)
            why = item.get("error") or ("failed" if item.get("status") == "failed" else None)
            self.add_result(call_id, item.get("output", item.get("results")), why and str(why), {})

    def _add_approval(self, item: dict[str, Any], call_id: str) -> None:
        """Add that a call needs an approval, with the answer; a rejected call may not have its result yet."""
        name = str(item.get("name") or item.get("type"))
        answer = self._answer({**item, "name": name}) or "no answer"
        self.run.custom(f"{self.format}/approval", f"{name} needs an approval: {answer}", tool_call_id=call_id)
        outputs = [as_map(one.get("raw_item")) for one in self._items if one.get("type") == "tool_call_output_item"]
        if answer == "rejected" and call_id not in [output.get("call_id") for output in outputs]:
            asked = self.run.call(call_id)
            self.run.denied(name, name, "rejected", parent=asked.seq if asked is not None else None)

    def _is_rejected(self, call_id: str) -> bool:
        call = self.run.call(call_id)
        return self._answer({"call_id": call_id, "name": call.tool_name if call is not None else None}) == "rejected"

    def _answer(self, item: dict[str, Any]) -> str | None:
        """Return the user's answer to a call that needs an approval; None if there is none yet."""
        for name in (item.get("call_id") or item.get("id"), item.get("name")):  # of this call, or of all of the tool
            if name in self._rejected or name in self._approved:
                return "rejected" if name in self._rejected else "approved"
        return None

    def _add_tripped(self) -> None:
        for name in _GUARDRAILS:
            for result in maps_in(self._state.get(name)):
                output, guardrail = as_map(result.get("output")), as_map(result.get("guardrail"))
                behavior = as_map(output.get("behavior")).get("type")
                if True in (output.get("tripwireTriggered"), output.get("tripwire_triggered")) or behavior == _STOPS:
                    self.run.error("guardrail", f"tripped: {guardrail.get('name')}", "guardrail")

    def _end(self) -> tuple[End, str | None]:
        step = as_map(self._state.get("current_step"))
        items = [one["raw_item"] for one in _interruptions(step)]
        if asked := [str(item.get("name") or item.get("type")) for item in items if self._answer(item) is None]:
            return "open", f"waits for an approval of {', '.join(asked)}"
        is_over = step.get("type") == "next_step_final_output" or (not step and self._is_text_last)
        return ("answered" if is_over else "open"), None


def _state(value: Any) -> dict[str, Any] | None:
    """Return a saved state with the names of the Python SDK; None if `value` holds none."""
    value = value.get("state", value) if isinstance(value, dict) else None
    if not isinstance(value, dict) or "$schemaVersion" not in value:
        return None
    if {"original_input", "model_responses"} <= value.keys():
        return value
    state = _renamed(value) if {"originalInput", "modelResponses"} <= value.keys() else None
    return state if isinstance(state, dict) else None


def _renamed(value: Any, within: str = "") -> Any:
    """Return a value of the JavaScript SDK with the names of the Python SDK, but not in what is the user's own."""
    if isinstance(value, list):
        return [_renamed(item, within) for item in value]
    if not isinstance(value, dict):
        return value
    own = (*_USERS_OWN, "context") if within == "context" else _USERS_OWN
    renamed = dict[str, Any]()
    for camel, member in value.items():
        name = camel if camel.startswith("$") else _CAMEL.sub("_", camel).lower()
        is_own = name in own or (name == "output" and "rawItem" in value)
        renamed[name] = member if is_own else _renamed(member, name)
    return renamed


def _items(state: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the items of the run. A handoff may shorten `generated_items`; older states have these alone."""
    items = maps_in(state.get("session_items"))
    return [*items, *(item for item in maps_in(state.get("generated_items")) if item not in items)]


def _nested(state: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield (id of the call, state) of each agent that is a tool and has not ended; in JavaScript it is a text."""
    functions = maps_in(as_map(state.get("last_processed_response")).get("functions"))
    runs = [(as_map(one.get("tool_call")).get("call_id"), one.get("agent_run_state")) for one in functions]
    pending = as_map(state.get("pending_agent_tool_runs"))
    runs += [(key.rpartition(":")[2], arguments_of(text)) for key, text in pending.items()]
    for call_id, value in runs:
        if (inner := _state(value)) is not None:
            yield str(call_id), inner


def _messages(given: Any) -> list[Any]:
    return given if isinstance(given, list) else [] if given is None else [{"role": "user", "content": given}]


def _agent(record: dict[str, Any], member: str = "agent") -> str | None:
    name = as_map(record.get(member)).get("name")
    return name if isinstance(name, str) else None


def _interruptions(step: dict[str, Any]) -> list[dict[str, Any]]:
    found = maps_in(as_map(step.get("data")).get("interruptions"))
    return [one for one in found if isinstance(one.get("raw_item"), dict)]


def _decided(state: dict[str, Any], word: str) -> set[str]:
    """Return the ids of calls, and the names of tools, that the user has "approved" or "rejected"."""
    context = as_map(state.get("context"))
    decisions = list[tuple[Any, Any]](as_map(context.get("approvals")).items())
    decisions += [(one.get("tool_key"), one.get("decision")) for one in maps_in(context.get("function_tool_approvals"))]
    decided = set[str]()
    for tool, decision in decisions:
        ids = as_map(decision).get(word)
        ids = [tool] if ids is True else ids  # of all calls of the tool
        decided |= {name for name in ids if isinstance(name, str)} if isinstance(ids, list) else set()
    return decided


def tokens_of(usage: Any) -> dict[str, int]:
    """Return the tokens of one answer, or of a run, by sort; the details may be in a list of one."""
    usage = {name: count[0] if isinstance(count, list) and count else count for name, count in as_map(usage).items()}
    return counted_tokens(usage, _TOKENS)


def _unread(state: dict[str, Any], items: list[dict[str, Any]]) -> dict[str, Any]:
    """Return what of a state is in no other event, without the copies of items and of responses."""
    responses = maps_in(state.get("model_responses"))
    functions = maps_in(as_map(state.get("last_processed_response")).get("functions"))
    nested = [one["agent_run_state"] for one in functions if _state(one.get("agent_run_state")) is not None]
    nested += [text for text in as_map(state.get("pending_agent_tool_runs")).values() if _state(arguments_of(text))]
    copies = [*items, *(item.get("raw_item") for item in items), *responses, *nested]

    def without_copies(value: Any) -> Any:
        if isinstance(value, list):
            return [without_copies(item) for item in value if item not in copies]
        if isinstance(value, dict):
            return {name: without_copies(member) for name, member in value.items() if member not in copies}
        return value

    rest: dict[str, Any] = without_copies({name: value for name, value in state.items() if name not in _READ_MEMBERS})
    context = as_map(rest.get("context"))
    approvals = {"approvals": context.get("approvals"), "by_tool": context.get("function_tool_approvals")}
    rest["context"] = {
        **{name: value for name, value in context.items() if name != "function_tool_approvals"},
        **_without_ids(approvals),
        "tool_invocations": [*as_map(context.get("tool_invocations")).values()],
    }
    return {
        **rest,
        "items": [
            {name: value for name, value in item.items() if name != "raw_item" and not _is_told(name, value, item)}
            for item in items
        ],
        "responses": [{name: value for name, value in one.items() if name != "output"} for one in responses],
    }


def _without_ids(value: Any) -> Any:
    """Return the user's answers with the number of calls in the place of their ids."""
    if isinstance(value, dict):
        return {name: _without_ids(member) for name, member in value.items()}
    if isinstance(value, list):
        is_ids = all(isinstance(item, str) for item in value)
        return len(value) if is_ids else [_without_ids(item) for item in value]
    return value


def _is_told(name: str, value: Any, item: dict[str, Any]) -> bool:
    return name == "output" and value == as_map(item.get("raw_item")).get("output")
