"""Make events of a trace's spans, for all importers of traces."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import chain
from typing import Any, TypeAlias

from replay_gui.core.importers.formats.message import Message, MessageCall, MessageResult
from replay_gui.core.importers.formats.message_forms import is_message, read_message
from replay_gui.core.importers.formats.records import as_fields
from replay_gui.core.importers.formats.traces.calls_of_messages import with_calls_of_messages
from replay_gui.core.importers.formats.traces.repeated_spans import with_steps, without_repeats
from replay_gui.core.importers.formats.traces.span_turns import (
    before_answers,
    earlier_turns,
    is_asked_during,
    is_of_an_agent,
    key_of,
    keys_of,
    keys_with_rest,
    messages_of,
    rest_of,
    results_of_other_ids,
    without_id,
)
from replay_gui.core.importers.formats.traces.spans import (
    NOTHING,
    Span,
    SpanTree,
    is_same,
    only_member,
    unfolded,
    without_ids,
)
from replay_gui.core.importers.formats.traces.subagent_names import SubagentNames
from replay_gui.core.importers.import_notes import ImportNotes
from replay_gui.core.importers.imported_run import ImportedEvent, ImportedRun
from replay_gui.core.importers.run_builder import End, RunBuilder, end_after_error
from replay_gui.core.log.kinds import Kind
from replay_gui.core.text.placeholders import ANSWER_NOT_RECORDED, OUTPUT_NOT_RECORDED, REASONING_NOT_RECORDED

_ENDS: dict[str, End] = {
    **dict.fromkeys(("stop", "end_turn", "stop_sequence"), "answered"),
    **dict.fromkeys(("length", "max_tokens"), "limit"),
}
"""How a run ended, by the reason of the last answer's end."""
_ROLES_OF_RESULTS = ("tool", "user", "assistant")
Happening: TypeAlias = tuple[tuple[int, int, int, int], Callable[[Span], None], Span]


class SpanEvents:
    """Make events of a trace's spans: a call's request at its start, the response at its end.

    A model's tool calls without a span become requests; their results are in the messages of a later model call.
    """

    def __init__(
        self,
        spans: Sequence[Span],
        format: str,
        notes: ImportNotes,
        facts: dict[str, Any] | None = None,
        end: tuple[End, str | None] | None = None,
    ) -> None:
        """`facts`: the source's data about the whole trace. `end`: (how it ended, why), if the source states it."""
        self._end, self._notes = end, notes
        self._is_answered = False  # whether the last that a model or a tool did is an answer of the model
        self._finish_reasons: dict[bool, str | None] = {}  # of the last answer, by whether it is a subagent's
        self._facts = {name: value for name, value in (facts or {}).items() if value not in NOTHING}
        self._tree = SpanTree(with_calls_of_messages(without_repeats(with_steps(without_ids(spans)))), notes)
        self._format = format
        self._run = RunBuilder(notes)
        self._added_keys: set[str] = set()  # messages in the run, as JSON
        self._last_text: Any = None  # the agent's last text
        self._decided: int | None = None  # seq of the last decision
        self._agent = self._tree.first("agent")
        self._subagents = SubagentNames(self._tree, self._agent)
        self._tools = [span for span in self._tree.spans if span.role == "tool"]
        self._own_spans = self._spans_of_tools()
        self._model: str | None = None
        self._open: dict[str, None] = {}  # ids of calls without a span and without a result, in order

    @property
    def agent(self) -> str:
        """The outermost agent's name, "agent" if there is none."""
        return self._agent.name if self._agent is not None else "agent"

    def imported_run(self, run_id: str, created: int | None, further: Iterable[ImportedEvent] = ()) -> ImportedRun:
        """Return the trace as a run. `created`: its start, in ns since 1970. `further`: events to add at its end."""
        return ImportedRun(
            name=self.agent if self._agent is not None else run_id,
            run_id=run_id,
            agent=self.agent,
            created=created,
            source={},
            events=chain(self.read(), further),
            notes=self._notes,
        )

    def read(self) -> Iterator[ImportedEvent]:
        """Yield the run's events."""
        self._begin()
        yield from self._run.drain()
        for _, act, span in sorted(self._starts_and_ends(), key=lambda happening: happening[0]):
            self._run.context = {"subagent": self._subagents.around(span) or None}
            act(span)
            yield from self._run.drain()
        self._run.context = {}
        self._finish()
        yield from self._run.drain()

    def _spans_of_tools(self) -> set[str]:
        """Return the ids of calls, and the names of tools, that have spans."""
        return {span.name for span in self._tools} | {one.call_id for one in self._tools if one.call_id is not None}

    def _begin(self) -> None:
        agent = self._agent
        times = [span.start for span in self._tree.spans if span.start is not None]
        config = agent.config | agent.fields if agent is not None else {}
        meta = agent.meta if agent is not None else {}
        self._run.agent_init(self.agent, "", config, time=min(times, default=None), **meta)

    def _starts_and_ends(self) -> Iterator[Happening]:
        tree = self._tree
        around = {above.id for span in tree.spans if span.role == "model" for above in tree.above(span)}
        for span in tree.spans:
            repeats = span.role == "model" and span.id in around  # it repeats the model call within it
            if span.role == "model" and not repeats:
                yield tree.begin(span), self._begin_model, span
                called = self._first_called_within(span)
                if called is None:
                    yield tree.end(span), self._end_model, span
                else:  # the answer comes before its calls
                    yield tree.just_before(called), self._end_model, replace(span, end=called.start)
            elif span.role == "tool":
                yield tree.begin(span), self._begin_tool, span
                yield tree.end(span), self._end_tool, span
            elif span is self._agent:
                yield tree.begin(span), self._begin_agent, span
                yield tree.end(span), self._end_agent, span
            else:
                yield tree.begin(span), self._other, span
                if span.error is not None and span.role != "guardrail":
                    yield tree.end(span), self._failed, span
                if span.role == "agent":
                    yield tree.end(span), self._add_unseen_messages, span

    def _first_called_within(self, model: Span) -> Span | None:
        """Return the first tool span that a model requested and that began before the model's span ended.

        It is within the model's span, or has the input that the model requested.
        """
        answers = [read_message(value) for value in model.answers if is_message(value)]
        asked = [call for message in answers for call in message.calls]
        if not asked:
            return None
        inside = [span for span in self._tools if self._is_within(span, model) or is_asked_during(model, asked, span)]
        first = min(inside, key=self._tree.begin, default=None)
        if first is None or (model.end is not None and first.start is not None and model.end <= first.start):
            return None
        return first if first.name in {call.name for call in asked} else None

    def _is_within(self, span: Span, outer: Span) -> bool:
        return any(above is outer for above in self._tree.above(span))

    # ---- messages --------------------------------------------------------------------------------
    def _add_input(self, span: Span, *, first: bool = False) -> None:
        """Add the new messages of a model's or agent's input; its own messages and results can also come from spans.

        `first`: only the messages before the first answer of the last turn.
        """
        earlier = 0 if self._decided is not None else earlier_turns(span.messages, is_input=first)
        messages = chain(span.messages[:earlier], before_answers(span.messages[earlier:])) if first else span.messages
        renamed = {} if first else results_of_other_ids(span.messages, list(self._open), self._added_keys)
        for number, value in enumerate(messages):
            message = (
                read_message(value)
                if is_message(value)
                else Message("user", value, reasoning=None, calls=(), results=(), rest={})
            )
            for result in message.results:
                self._respond_if_open(renamed.get(str(result.id), result.id), result, message.role, span.start)
            if self._is_new(message):
                self._add_message(message, span, of_earlier_turn=number < earlier)

    def _is_new(self, message: Message) -> bool:
        """Return whether a message is new; remember it."""
        keys = keys_of(message)
        new = not self._added_keys.issuperset(keys)
        self._added_keys.update(keys)
        return new

    def _add_message(self, message: Message, span: Span, of_earlier_turn: bool = False) -> None:
        extra = as_fields(without_id(message.rest))
        is_history = of_earlier_turn and message.role == "user"
        if message.role not in ("assistant", "tool") and message.content is not None and not is_history:
            source = "agent" if message.role == "user" and is_of_an_agent(message.content) else message.role
            payload = {"obs_type": "message", "source": source, "data": message.content, **extra}
            self._run.add(Kind.OBSERVATION, payload, time=span.start)
            return
        # an earlier turn without a span in this trace
        calls = [{"name": call.name, "input": call.input} for call in message.calls]
        results = [result.output for result in message.results]
        content = {"role": message.role, "content": message.content, "calls": calls, "results": results, **extra}
        self._run.bookkeeping(
            f"{self._format}/context", {k: v for k, v in content.items() if v not in (None, [])}, time=span.start
        )

    def _respond_if_open(self, call_id: str | None, result: MessageResult, role: str, time: int | None) -> None:
        """Add the result of a call without a span. `role`: of the message with it."""
        if call_id in self._open:
            del self._open[call_id]
            self._added_keys.add(key_of(["result", unfolded(result.output)]))
            extra = {} if role in _ROLES_OF_RESULTS else {"fields": {"role": role}}
            self._run.end_call(call_id, result.output, error=result.failure, extra=extra, time=time)

    # ---- models ---------------------------------------------------------------------------------
    def _begin_model(self, span: Span) -> None:
        self._add_input(span)
        key = key_of(["input", span.input])
        if span.messages or span.input in NOTHING or key in self._added_keys:
            return
        self._added_keys.add(key)  # a prompt that is not a list of messages
        self._run.observation("input", "user", span.input, time=span.start)

    def _end_model(self, span: Span) -> None:
        messages = [read_message(value) for value in span.answers if is_message(value)]
        calls = [call for message in messages for call in message.calls]
        texts = [message.content for message in messages if message.content is not None]
        reasoning = "\n".join(message.reasoning for message in messages if message.reasoning) or None
        data = (texts[0] if len(texts) == 1 else texts or None) if messages else span.output
        shown = ANSWER_NOT_RECORDED if data in (None, {}, []) and not messages else data
        asked = [{"name": call.name, "input": call.input, **call.rest} for call in calls]
        rest = [rest_of(message) for message in messages if rest_of(message)]
        fields = {
            "span": span.name,
            **span.fields,
            **({"tool_calls": asked} if asked else {}),
            **({"messages": rest} if rest else {}),
        }
        kind = "message" if isinstance(shown, str) else "thinking" if reasoning else "tool calls" if asked else "model"
        time = span.end if span.end is not None else span.start
        model = span.meta.get("model")
        if isinstance(model, str) and model != self._model:
            self._model = model
            self._run.add(Kind.STATE_TRANSITION, {"transition_type": "model", "data": {"model": model}}, time=time)
        if span.error is not None and not messages and data in NOTHING:  # it gave no answer
            self._failed(span, span.fields, duration=span.length, **span.meta)
            return
        payload = {"decision_type": kind, "data": shown, "reasoning": reasoning, **as_fields(fields)}
        self._decided = self._run.add(Kind.DECISION, payload, time=time, duration=span.length, **span.meta)
        self._last_text = data if data is not None else self._last_text
        is_told = span.end is not None and data not in (*NOTHING, ANSWER_NOT_RECORDED)
        self._is_answered = is_told and not calls and span.error is None
        self._finish_reasons[bool(self._subagents.around(span))] = span.finish
        for message in messages:
            self._is_new(message)
        self._added_keys |= {key_of(["assistant", data]), *(key_of(["rest", one]) for one in rest)}
        for call in calls:
            self._request_without_span(call, time)
        if span.error is not None:
            self._failed(span)

    def _request_without_span(self, call: MessageCall, time: int | None, extra: Any = None) -> None:
        """Add a request, if the call has no span."""
        if call.id in self._own_spans or call.name in self._own_spans:
            return
        call_id = call.id or f"{call.name} {self._run.count}"
        self._open[call_id] = None
        meta: dict[str, Any] = {"parent": self._decided, "tool_call_id": call.id}
        self._run.request(call_id, call.name, call.input, extra=extra, time=time, **meta)

    # ---- tools ----------------------------------------------------------------------------------
    def _begin_tool(self, span: Span) -> None:
        extra, meta = as_fields(span.fields), {**span.meta, "tool_call_id": span.call_id}
        self._is_answered = False
        self._run.request(span.id, span.name, span.input, extra=extra, time=span.start, parent=self._decided, **meta)

    def _end_tool(self, span: Span) -> None:
        time = span.end if span.end is not None else span.start
        self._added_keys |= {key_of(["result", unfolded(span.output)]), key_of(["result", span.error])}
        output = OUTPUT_NOT_RECORDED if span.is_output_missing and span.output is None else span.output
        self._run.end_call(span.id, output, error=span.error, time=time, duration=span.length)

    # ---- agents and other spans--------------------------------------------------------------------
    def _begin_agent(self, span: Span) -> None:
        self._add_input(span, first=True)
        if messages := messages_of(span.input):
            self._add_input(replace(span, messages=tuple(messages)), first=True)
            self._run.bookkeeping(f"{self._format}/input", span.input, time=span.start)
        elif span.input not in NOTHING and not span.messages:
            self._added_keys |= {key_of(["user", span.input]), key_of(["user", only_member(span.input)])}
            self._run.observation("input", "user", span.input, time=span.start)

    def _end_agent(self, span: Span) -> None:
        """Add the agent's answer, unless its model's last text is the same; and its failure."""
        self._add_unseen_messages(span)
        self._add_own_answers(span)
        messages = messages_of(span.output)
        answer = read_message(messages[-1]).content if messages else span.output
        if isinstance(answer, str) and answer and self._last_text is None:  # no span of a model has it
            payload = {"decision_type": "message", "data": answer, "reasoning": None}
            self._run.add(Kind.DECISION, payload, time=span.end)
            self._last_text = answer
        if span.output != self._last_text and is_same(only_member(answer), self._last_text):
            self._run.bookkeeping(f"{self._format}/output", span.output, time=span.end)
        elif span.output is not None and not is_same(span.output, self._last_text):
            self._run.custom(f"{self._format}/output", span.output, time=span.end)
        if span.error is not None:
            self._failed(span)

    def _add_own_answers(self, span: Span) -> None:
        """Add what is in the agent's own answers, but for the text of the last one, if no span within it has it."""
        own = [read_message(value) for value in span.answers if is_message(value)]
        for number, message in enumerate(own, 1):
            is_added = key_of([message.role, message.content]) in self._added_keys
            if not self._is_new(message):
                continue
            if message.role not in ("assistant", "tool"):
                self._add_message(message, span)
            elif message.content is not None and number < len(own) and not is_added:
                self._decided = self._run.decision("message", message.content, message.reasoning, time=span.end)
            elif message.reasoning == REASONING_NOT_RECORDED:
                self._run.withheld_reasoning(time=span.end)
            elif message.reasoning and not is_added:
                self._decided = self._run.decision("thinking", None, message.reasoning, time=span.end)
            for call in message.calls:
                self._request_without_span(call, span.end, as_fields(call.rest))
            for result in message.results:
                self._respond_if_open(result.id, result, message.role, span.end)

    def _add_unseen_messages(self, span: Span) -> None:
        """Add the agent's messages that no span within it has."""
        self._add_input(replace(span, start=span.end if span.end is not None else span.start))

    def _add_differing_messages(self, span: Span) -> None:
        """Add what a model's span says that no other has: the span within it, which records the same call, differs."""
        messages = [read_message(value) for value in (*span.messages, *span.answers) if is_message(value)]
        others = [one for one in messages if not self._added_keys.issuperset(keys_with_rest(one))]
        differing = [{"role": one.role, "content": one.content, **rest_of(one)} for one in others]
        if differing:
            self._run.bookkeeping(f"{self._format}/model", {"name": span.name, "messages": differing})

    def _other(self, span: Span) -> None:
        meta = {**span.meta, "time": span.start, "duration": span.length}
        if span.role == "model":  # the model call within it has the same tokens
            meta |= {"tokens": None, "cost": None}
        about = {"name": span.name, "config": span.config, "input": span.input, "output": span.output}
        about |= {"model": span.meta.get("model")} if span.role in ("model", "plumbing") else {}
        fields = {name: value for name, value in (about | as_fields(span.fields)).items() if value not in (None, {})}
        if span.role == "retriever":
            read = {"key": span.name, "query": span.input, "value": span.output, **as_fields(span.fields)}
            self._run.add(Kind.MEMORY_READ, read, **meta | {"time": span.start if span.end is None else span.end})
        elif span.role == "guardrail" and span.error is not None:
            self._is_answered = False
            self._run.denied(span.name, span.name, span.error, **meta)
            return
        elif span.role in ("plumbing", "model"):
            self._run.bookkeeping(f"{self._format}/{span.role}", fields, **meta)
        else:
            self._run.custom(f"{self._format}/{span.role}", fields, **meta)

    def _failed(self, span: Span, fields: dict[str, Any] | None = None, /, **meta: Any) -> None:
        message = span.error if span.error not in (None, "", "failed") else f"{span.name} failed"
        self._run.error("span_error", message, span.name, as_fields(fields or {}), time=span.end, **meta)

    def _finish(self) -> None:
        agent = self._agent
        for span in self._tree.spans:
            if span.role == "model":
                self._add_differing_messages(span)
        ended = max((span.end for span in self._tree.spans if span.end is not None), default=None)
        if self._facts:
            self._run.bookkeeping(f"{self._format}/trace", self._facts, time=ended)
        broken = agent if agent is not None and agent.error is not None else self._tree.failed_root(agent)
        if broken is not None:
            self._run.end(end_after_error(broken.error), broken.error, time=broken.end)
        elif (end := self._end or self._end_by_reason()) is not None:
            self._run.end(*end, time=ended)
        self._run.end_by_call()
        for span in self._tree.spans:
            for score in span.scores:
                if score.keys() == {"expected"}:
                    self._run.expected(score["expected"], time=span.end)
                else:
                    self._run.outcome(**score, time=span.end)

    def _end_by_reason(self) -> tuple[End, str | None] | None:
        """Return how the run ended: by the reason of the last answer, perhaps the agent's own, or by that answer."""
        reason = self._finish_reasons.get(False, self._finish_reasons.get(True))
        how = _ENDS.get(str(reason).lower())
        has_end = self._agent is not None and self._agent.end is not None
        if reason is None and self._is_answered and has_end:
            how = "answered"
        return None if how is None else (how, None if how == "answered" else reason)
