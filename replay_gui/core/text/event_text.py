"""One readable line about each event. The cost is bounded: only the beginning of a huge payload is read."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from itertools import islice
from typing import Any

from replay_gui.core.log.event import Event
from replay_gui.core.log.kinds import (
    ACTIVITY_REQUEST,
    BOOKKEEPING_PREFIX,
    END,
    EXPECTED,
    MODEL_REQUEST,
    OUTCOME,
    Kind,
    is_custom,
)
from replay_gui.core.text.call_text import exit_text, path_text, request_summary, response_summary
from replay_gui.core.text.flat_preview import record_preview
from replay_gui.core.text.json_pointer import unescape_token
from replay_gui.core.text.known_sentences import sentence_text
from replay_gui.core.text.plain_text import one_line
from replay_gui.core.text.value_preview import (
    Members,
    member_text,
    members_preview,
    parts_of,
    plain_start,
    preview,
    prompt_preview,
    text_of,
    todos_text,
)
from replay_gui.core.text.wording import adds_label, adds_reason, end_text, is_verdict_name, reason_text
from replay_gui.core.translation.messages import tr, trn
from replay_gui.core.translation.numbers import whole_number

DECIDED_PATCHES = (Kind.PATCH_APPLIED.value, Kind.PATCH_REJECTED.value)
MAX_SUMMARY_CHARACTERS = 200
_MAX_MEMBERS = 5
_DATA_ALONE = {"data", "fields"}  # the members of the payload of imported custom events
_STEP = {"name", "config", "input", "output", "fields"}  # the members of a span that is a step
_OF_TURNS = {"final_response", "intermediate_data"}  # members of a turn that Google ADK expects
_GENERAL_TRANSITIONS = ("state",)  # types that add no information to the kind
_MAX_OPERATIONS = 20  # operations of a transition
_EXPECTED_TEXTS = ("expectedOutput", "expectedOutcome")
_NOTHING: tuple[Any, ...] = (None, "", [], {})
_NEWS_TYPES = ("notice", "task-notification")
_USUAL_OBSERVATIONS = (
    *("message", "signal", "update", "command", "command-output", "input", "sample", "tool", "subagent-message"),
    *_NEWS_TYPES,
)
_PROMPT_TYPES = ("input", "signal", "update")
_GENERAL_ERRORS = ("tool_error", "span_error", "error", "interrupted")  # types that add no information to the kind


def summarize_event(event: Event, cause: Event | None = None) -> str:
    """Return what happened as one visible line of at most MAX_SUMMARY_CHARACTERS, without the kind and the tool.

    Never raises an exception. `cause`: the event that caused it, if known: the proposal of a patch names
    the target.
    """
    if event.problem is not None:
        return one_line(sentence_text(event.problem), MAX_SUMMARY_CHARACTERS)
    if event.kind in DECIDED_PATCHES and cause is not None and cause.kind == Kind.PATCH_PROPOSAL:
        return one_line(_decided_patch_summary(event, cause), MAX_SUMMARY_CHARACTERS)
    summary: Callable[[Members], str] | None = _SUMMARIES.get(event.kind)
    if summary is None and is_custom(event.kind) and event.payload.keys() <= _DATA_ALONE:
        data = event.payload.get("data")
        is_hidden = event.kind.startswith(BOOKKEEPING_PREFIX)
        if isinstance(data, Mapping) and _is_step(data) and not is_hidden:
            return one_line(_named_step_summary(data), MAX_SUMMARY_CHARACTERS)
        said = record_preview if is_hidden else preview
        text = _meta_summary(event) if data in (None, {}, [], "") else said(data)
        return one_line(text, MAX_SUMMARY_CHARACTERS)
    if summary is None and is_custom(event.kind) and isinstance(event.payload.get("name"), str):
        summary = _named_step_summary if event.payload["name"] else None
    return one_line((summary or preview)(event.payload), MAX_SUMMARY_CHARACTERS)


def _is_step(data: Members) -> bool:
    return data.keys() <= _STEP and isinstance(data.get("name"), str) and data["name"] != ""


def _named_step_summary(payload: Members) -> str:
    """Return the name of a step, then its output, else its input, else its other members, without unmapped ones."""
    name, result_members = plain_start(payload["name"]), ("output", "input")
    value = next((payload[member] for member in result_members if payload.get(member) not in (None, "", {}, [])), None)
    if value is None:
        left_out = {"name", "config", "fields", *result_members}
        value = {member: payload[member] for member in islice(payload, _MAX_MEMBERS) if member not in left_out}
    return " · ".join(part for part in (name, preview(value) if value not in ({}, None) else "") if part)


def _meta_summary(event: Event) -> str:
    """Return the further data of an event with empty data: its unmapped members, its tokens."""
    tokens, fields = event.meta.get("tokens"), event.payload.get("fields") or event.meta.get("fields")
    if isinstance(tokens, Mapping) and tokens:
        sorts = islice(((sort, count) for sort, count in tokens.items() if type(count) is int), _MAX_MEMBERS)
        counts = ", ".join(f"{_number_text(count)} {member_text(sort)}" for sort, count in sorts)
        return tr("{counts} tokens", counts=counts)
    fields = fields or event.meta.get("usage")
    return preview(fields) if isinstance(fields, Mapping) and fields else ""


def _number_text(number: int) -> str:
    return whole_number(number) if number.bit_length() <= 64 else member_text(number)


# ---- by kind --------------------------------------------------------------------------------------


_NEWS = re.compile(r"<summary>([^<]+)</summary>")
"""What a program says of a background task of its own, among ids that nobody reads."""
_MAX_NEWS_CHARACTERS = 4096


def _summary_of(*names: str, between: str = " · ") -> Callable[[Members], str]:
    def summary(payload: Members) -> str:
        words = {name: payload[name] for name in names if payload.get(name) not in (None, "")}
        reason = words.get("reason")
        if isinstance(reason, str):
            words["reason"] = reason_text(reason)
        return between.join(map(preview, words.values()))

    return summary


def _observation_summary(payload: Members) -> str:
    data, of_type = payload.get("data"), payload.get("obs_type")
    news = _NEWS.search(data[:_MAX_NEWS_CHARACTERS]) if isinstance(data, str) and of_type in _NEWS_TYPES else None
    is_prompt = of_type in _PROMPT_TYPES or payload.get("source") == "task"
    text = plain_start(news[1].strip()) if news else prompt_preview(data) if is_prompt else preview(data)
    usual = of_type in _USUAL_OBSERVATIONS or of_type == payload.get("source")
    return text if usual else f"{_words(of_type)}: {text}"


def _decision_summary(payload: Members) -> str:
    data, reasoning, fields = payload.get("data"), payload.get("reasoning"), payload.get("fields")
    if isinstance(reasoning, str) and reasoning and not isinstance(data, str):
        return plain_start(reasoning)
    calls = _calls_in(fields) if isinstance(fields, Mapping) else None
    names = _called_tools({"tool_calls": calls}) if data in (None, "") else _called_tools(data)
    if names:
        return tr("calls {tools}", tools=", ".join(names))
    return tr("(no text)") if data is None or (isinstance(data, str) and not data.strip()) else preview(data)


def _calls_in(fields: Members) -> Any:
    """Return the calls among the unmapped members of a decision: its own, or those of a LangChain message."""
    messages = fields.get("messages")
    message = messages[0] if isinstance(messages, list) and messages and isinstance(messages[0], Mapping) else fields
    inner = message.get("additional_kwargs")
    return fields.get("tool_calls") or (inner.get("tool_calls") if isinstance(inner, Mapping) else None)


def _called_tools(value: Any) -> list[str]:
    """Return the names of the tools that a decision without a text calls, in one of the usual forms."""
    if parts := parts_of(value):
        calls = [part.get("functionCall") or part.get("function_call") for part in parts]
        names = [member_text(call["name"]) for call in calls if isinstance(call, Mapping) and call.get("name")]
        return [] if text_of(value) else names
    is_sure = isinstance(value, Mapping)
    if isinstance(value, Mapping):
        if text_of(value.get("content")) or text_of(value.get("text")):
            return []
        value = next((value[name] for name in ("tool_calls", "calls", "output") if value.get(name)), None)
    if not isinstance(value, list) or not all(isinstance(call, Mapping) for call in value[:_MAX_MEMBERS]):
        return []
    names = [_called_tool(call, is_sure) for call in value[:_MAX_MEMBERS]]
    return names if all(names) else []


def _called_tool(call: Members, is_sure: bool) -> str:
    """Return the name of the tool; "" unless `call` looks like a call, or `is_sure` that it is one."""
    function = call.get("function")
    for name in (function, function.get("name") if isinstance(function, Mapping) else None, call.get("tool.name")):
        if isinstance(name, str) and name:
            return member_text(name)
    looks_so = is_sure or call.keys() & {"arguments", "args", "input", "parameters"}
    return member_text(call["name"]) if looks_so and isinstance(call.get("name"), str) else ""


def _snapshot_summary(payload: Members) -> str:
    text, data, fields = _words(payload.get("snapshot_type")), payload.get("data"), payload.get("fields")
    summary = data.get("summary") if isinstance(data, Mapping) else None
    if isinstance(summary, str) and summary:
        return f"{text}: {plain_start(summary)}"
    writes = fields.get("writes") if isinstance(fields, Mapping) else None  # of LangGraph, by node
    if payload.get("source") == "input":
        return tr("{snapshot} of the input", snapshot=text)
    nodes = [_words(name) for name in islice(writes, _MAX_MEMBERS)] if isinstance(writes, Mapping) else []
    return tr("{snapshot} after {nodes}", snapshot=text, nodes=", ".join(nodes)) if nodes else text


def _transition_summary(payload: Members) -> str:
    what, data = payload.get("phase") or payload.get("transition_type"), payload.get("data")
    text = _words(what)
    if "phase" not in payload and (changes := _changes_text(payload.get("ops"))):
        return changes if text in _GENERAL_TRANSITIONS or changes.startswith(f"{text}: ") else f"{text}: {changes}"
    if "phase" not in payload and data is None and payload.get("value") is not None:
        return f"{text}: {_value_text(payload['value'])}"
    if not isinstance(data, Mapping) or not data or "phase" in payload:
        return text
    shown = preview(data) if len(data) == 1 else members_preview(data)
    return shown if shown.startswith(f"{text}: ") else f"{text}: {shown}"


def _value_text(value: Any) -> str:
    """Return a value that a transition sets; for LangChain's orders to remove messages how many there are."""
    orders = value if isinstance(value, list) else []
    inner = [order.get("kwargs") if isinstance(order, Mapping) else None for order in orders]
    if inner and all(isinstance(members, Mapping) and members.get("type") == "remove" for members in inner):
        return trn("{n} message removed", "{n} messages removed", len(inner))
    return preview(value)


def _changes_text(ops: Any) -> str:
    """Return the first values that a transition sets, each with the last part of its path; "" if there are none."""
    if not isinstance(ops, list):
        return ""
    parts: list[str] = []
    for op in islice(ops, _MAX_OPERATIONS):
        path = op.get("path") if isinstance(op, Mapping) else None
        tokens = [unescape_token(token) for token in path.split("/")] if isinstance(path, str) else []
        name = next((token for token in reversed(tokens) if token and token != "-" and not token.isdigit()), "")
        is_shown = "value" in op and op["value"] != {} and name and not name.startswith("_")
        if is_shown and len(parts) < _MAX_MEMBERS:
            parts.append(f"{member_text(name)}: {_set_text(op['value'])}")
    return ", ".join(parts)


def _set_text(value: Any) -> str:
    """Return a value that an operation sets; of a page that a browser shows its title and its address."""
    if not isinstance(value, Mapping) or not isinstance(value.get("url"), str) or not value["url"]:
        return todos_text(value) or member_text(value)
    titles = (value.get("title"), value["url"])
    return " · ".join(member_text(text) for text in titles if isinstance(text, str) and text)


def _words(name: Any) -> str:
    """Return a name of a format as words: ``turn context`` for ``turn_context``."""
    return " ".join(reason_text(member_text(name)).replace("_", " ").split())


def _memory_summary(payload: Members) -> str:
    key = member_text(payload.get("key"))
    if payload.get("operation") == "delete":
        return tr("{key} deleted", key=key)
    return f"{key} = {preview(payload['value'])}" if "value" in payload else key


def _proposal_summary(payload: Members) -> str:
    why, target = payload.get("reasoning") or payload.get("patch_type"), payload.get("target")
    return " – ".join(part for part in (_target_text(target), preview(why) if why else "") if part)


def _target_text(target: Any) -> str:
    return path_text(target) if isinstance(target, str) else member_text(target)


def _patch_summary(payload: Members) -> str:
    return _summary_of("reason", "stage")(payload) or member_text(payload.get("patch_hash"))[:12]


def _decided_patch_summary(event: Event, proposal: Event) -> str:
    """Return the target of a patch that was applied or rejected, and the reason."""
    words = _summary_of("reason", "stage")(event.payload)
    target_words = " · ".join(part for part in (_target_text(proposal.payload.get("target")), words) if part)
    return target_words or _proposal_summary(proposal.payload)


def _error_summary(payload: Members) -> str:
    kind, message = payload.get("error_type"), payload.get("message")
    text = exit_text(message) or reason_text(plain_start(message)) if isinstance(message, str) else preview(message)
    return text if message and (kind in _GENERAL_ERRORS or text == _words(kind)) else f"{_words(kind)}: {text}"


def _model_request_summary(payload: Members) -> str:
    """Return the model and the number of messages that it was sent; else the endpoint."""
    return _question_words(payload.get("request")) or plain_start(str(payload.get("endpoint") or ""))


def _question_words(request: Any) -> str:
    request_fields = request if isinstance(request, Mapping) else {}
    sent, model = ("messages", "input", "contents"), request_fields.get("model")
    messages = next((request_fields[name] for name in sent if request_fields.get(name)), None)
    words = [plain_start(model)] if isinstance(model, str) else []
    words += [trn("{n} message", "{n} messages", len(messages))] if isinstance(messages, list) and messages else []
    return ", ".join(words)


def _activity_request_summary(payload: Members) -> str:
    """Return the model and the number of messages that it was sent, and the activity that sent them."""
    about = payload.get("data")
    fields = about if isinstance(about, Mapping) else payload
    name, words = fields.get("activity"), _question_words(fields.get("input"))
    return f"{words} · {plain_start(name)}" if isinstance(name, str) and words else preview(fields)


def _outcome_summary(payload: Members) -> str:
    passed, score, label = payload.get("passed"), payload.get("score"), payload.get("label")
    words = [tr("passed") if passed else tr("failed")] if isinstance(passed, bool) else []
    words += [tr("score {score}", score=member_text(score))] if isinstance(score, int | float) else []
    verdict = passed if isinstance(passed, bool) else None
    words += [member_text(label)] if label is not None and adds_label(str(label), verdict) else []
    by = payload.get("by")
    is_known = by in (None, "") or (isinstance(passed, bool) and is_verdict_name(str(by)))
    return " · ".join([*(words or [tr("not graded")]), *([] if is_known else [member_text(by)])])


def _end_summary(payload: Members) -> str:
    how, why = payload.get("how"), payload.get("why")
    shown = end_text(how) if isinstance(how, str) else preview(how)
    is_known = why is None or (isinstance(why, str) and not adds_reason(str(how), why))
    return shown if is_known else f"{shown} · {reason_text(why) if isinstance(why, str) else preview(why)}"


def _expected_summary(payload: Members) -> str:
    """Return the right actions by their names, with their arguments; else the expected value unchanged."""
    data = payload.get("data")
    members = {name: one for name, one in data.items() if one not in _NOTHING} if isinstance(data, Mapping) else data
    actions = members.get("actions") if isinstance(members, Mapping) else members
    if words := _expected_words(members):
        return words
    if isinstance(data, Mapping) and not members and "actions" in data:
        return tr("no action")
    if not isinstance(actions, list) or not all(isinstance(action, Mapping) for action in actions[:_MAX_MEMBERS]):
        return preview(members)
    if actions and all(map(_is_assertion, actions[:_MAX_MEMBERS])):
        more = ", …" if len(actions) > _MAX_MEMBERS else ""
        return ", ".join(map(_assertion_text, actions[:_MAX_MEMBERS])) + more
    named = [action for action in actions[:_MAX_MEMBERS] if isinstance(action.get("name"), str)]
    return ", ".join(map(_action_text, named)) if named else preview(members)


def _expected_words(members: Any) -> str:
    """Return the answer that DeepEval expects, or what is expected in the sentences of tau2-bench or in the turns of
    Google ADK; "" in another form.
    """
    if isinstance(members, Mapping) and "actions" not in members:
        if words_of := [members[name] for name in _EXPECTED_TEXTS if isinstance(members.get(name), str)]:
            return plain_start(words_of[0])
        sentences = members.get("nl_assertions")
        return " · ".join(map(member_text, sentences[:_MAX_MEMBERS])) if isinstance(sentences, list) else ""
    turns = members[:_MAX_MEMBERS] if isinstance(members, list) else []
    if not turns or not all(isinstance(turn, Mapping) and turn.keys() & _OF_TURNS for turn in turns):
        return ""
    words = []
    for turn in turns:
        used = turn.get("intermediate_data")
        calls = used.get("tool_uses") if isinstance(used, Mapping) else None
        named = [call for call in calls or () if isinstance(call, Mapping) and isinstance(call.get("name"), str)]
        words += [_action_text(call) for call in named[:_MAX_MEMBERS]]
        words += [plain_start(text)] if (text := text_of(turn.get("final_response"))) else []
    return ", ".join(words)


def _is_assertion(value: Any) -> bool:
    """Whether a value has the form of an assertion of promptfoo."""
    return isinstance(value, Mapping) and isinstance(value.get("type"), str) and value.keys() <= {"type", "value"}


def _assertion_text(assertion: Members) -> str:
    """Return ``contains Hola``."""
    words = plain_start(assertion["type"])
    return f"{words} {member_text(assertion['value'])}" if "value" in assertion else words


def _action_text(action: Members) -> str:
    given = next((action[name] for name in ("kwargs", "arguments", "args") if action.get(name)), "")
    input_words = members_preview(given) if isinstance(given, Mapping) else member_text(given) if given else ""
    return f"{member_text(action['name'])}({input_words})"


_SUMMARIES: dict[str, Callable[[Members], str]] = {
    Kind.AGENT_INIT: _summary_of("agent_type", "agent_version", between=" "),
    Kind.STATE_TRANSITION: _transition_summary,
    Kind.TOOL_REQUEST: request_summary,
    Kind.TOOL_RESPONSE: response_summary,
    Kind.CAPABILITY_DENIED: _summary_of("capability", "reason"),
    Kind.OBSERVATION: _observation_summary,
    Kind.DECISION: _decision_summary,
    Kind.MEMORY_WRITE: _memory_summary,
    Kind.MEMORY_READ: _memory_summary,
    Kind.PATCH_PROPOSAL: _proposal_summary,
    Kind.PATCH_APPLIED: _patch_summary,
    Kind.PATCH_REJECTED: _patch_summary,
    Kind.ERROR: _error_summary,
    Kind.SNAPSHOT: _snapshot_summary,
    MODEL_REQUEST: _model_request_summary,
    ACTIVITY_REQUEST: _activity_request_summary,
    OUTCOME: _outcome_summary,
    END: _end_summary,
    EXPECTED: _expected_summary,
}
