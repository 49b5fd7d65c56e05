"""JSON objects of any kind, as lines or an array: a mapping, guessed or the user's, gives the meaning of members."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from collections.abc import Mapping as AbstractMapping
from functools import partial
from itertools import chain, islice
from typing import Any, ClassVar

from replay_gui.core.errors import ImportRefused
from replay_gui.core.importers.foreign_file import ForeignFile
from replay_gui.core.importers.formats.calls_with_results import message_without_role, with_results
from replay_gui.core.importers.formats.later_results import LaterResults
from replay_gui.core.importers.formats.loose_calls import call_in, why_failed
from replay_gui.core.importers.formats.message_events import decoded, first_line
from replay_gui.core.importers.formats.message_forms import is_message, read_message
from replay_gui.core.importers.formats.message_parts import OF_PARTS
from replay_gui.core.importers.formats.record_use import LENGTHS, USAGES
from replay_gui.core.importers.formats.records import CLOCK, ID, NO_RUNS, USAGE, maps_in
from replay_gui.core.importers.formats.run_grades import RunGrades
from replay_gui.core.importers.formats.run_ids import runs_in
from replay_gui.core.importers.generic.file_records import (
    first_object,
    first_objects,
    lists_of_objects,
    numbered_records,
    setting_of,
    steps_in,
    tells_of_a_run,
)
from replay_gui.core.importers.generic.mapping import (
    CALL_IDS,
    OTHER_IDS,
    OUTPUTS,
    PARTS,
    USUAL_NAMES,
    WRAPPERS,
    Mapping,
    guess_mapping,
    is_of_tool,
    is_usual_kind,
    kind_of,
    with_inner_message,
)
from replay_gui.core.importers.generic.record_meaning import (
    answer_in,
    duration_of,
    has_messages,
    has_parts,
    is_over,
    kind_with_speaker,
    new_calls,
    turns_of,
    use_within,
)
from replay_gui.core.importers.import_notes import ImportNotes
from replay_gui.core.importers.imported_run import ImportedEvent, ImportedRun
from replay_gui.core.importers.run_builder import RunBuilder
from replay_gui.core.importers.times import any_time
from replay_gui.core.text.placeholders import OUTPUT_NOT_RECORDED
from replay_gui.core.translation.messages import tr, translatable

UNREADABLE_LINES = translatable("lines that are no JSON objects, kept as text")
UNMAPPED = translatable("records whose kind says nothing known, kept as custom events")

_NAME = re.compile(r"_?[A-Za-z][\w.-]{0,60}", re.ASCII)
_MAX_NAMES = 50


class JsonLines:
    """The importer of last resort: it accepts every file with JSON objects, one per line or in an array."""

    name = "json-lines"
    title = translatable("JSON Lines")
    version = 31
    volatile: ClassVar[AbstractMapping[str, str]] = {
        **dict.fromkeys(USUAL_NAMES["time"], CLOCK),
        **OF_PARTS,
        **dict.fromkeys((*USAGES, "*/cost"), USAGE),
        **dict.fromkeys(LENGTHS, CLOCK),
        **dict.fromkeys((*USUAL_NAMES["id"], *USUAL_NAMES["parent"], *CALL_IDS, *OTHER_IDS), ID),
    }

    def __init__(self, mapping: Mapping | None = None) -> None:
        """`mapping`: None to guess it from the file."""
        self._mapping = mapping

    def recognises(self, file: ForeignFile) -> bool:
        """Accept any file with a JSON object on a line, or with one JSON value that contains a list of objects.

        One object alone in a ``.json`` file must have a member with a known meaning: settings are no runs.
        """
        document = file.document
        if isinstance(document, dict) and lists_of_objects(document):
            return True
        if isinstance(document, dict) and file.path.suffix == ".json" and not tells_of_a_run(document):
            return False
        return isinstance(first_object(document), dict) or any(isinstance(line, dict) for line in file.first_lines)

    def runs(self, file: ForeignFile) -> Iterator[ImportedRun]:
        """Yield one run for each run id in the records, with the given mapping or with one guessed from a sample."""
        first = list(first_objects(file))
        mapping = self._mapping or guess_mapping(first)
        notes = ImportNotes(file.notes)
        if not first:
            raise ImportRefused(tr("{path}: no JSON object in it", path=file.source.path))
        if holder := steps_in(first) if self._mapping is None else "":
            yield from self._runs_of_steps(file, holder, notes)
            return
        runs = runs_in(file, partial(numbered_records, file), first, notes)
        whole: list[tuple[str, Iterable[tuple[int, Any]]]] = [(file.stem, numbered_records(file, notes))]
        for name, records in runs or whole:
            own = ImportNotes(notes) if runs else notes
            yield _run(name, records, mapping, setting_of(file, self.volatile), own)

    def _runs_of_steps(self, file: ForeignFile, holder: str, notes: ImportNotes) -> Iterator[ImportedRun]:
        """Yield a run for each record, whose member `holder` has its steps."""
        for number, record in numbered_records(file, notes):
            steps = record.get(holder) if isinstance(record, dict) else None
            if not isinstance(steps, list):
                notes.count(NO_RUNS)
                continue
            setting = {key: value for key, value in record.items() if key != holder and key not in self.volatile}
            mapping, name = guess_mapping(maps_in(steps)), f"{file.stem} {number}"
            yield _run(name, enumerate(steps, 1), mapping, setting, ImportNotes(notes))


def _run(
    name: str, records: Iterable[tuple[int, Any]], mapping: Mapping, setting: dict[str, Any], notes: ImportNotes
) -> ImportedRun:
    return ImportedRun(
        name=name,
        run_id=name,
        agent="agent",
        created=None,
        source={"mapping": mapping.facts()},
        events=_JsonLinesEvents(mapping, notes).read(records, setting),
        notes=notes,
    )


def events_from(records: Iterable[tuple[int, Any]], mapping: Mapping, notes: ImportNotes) -> Iterator[ImportedEvent]:
    """Yield the events of numbered records, by a mapping."""
    return _JsonLinesEvents(mapping, notes).read(records, {})


class _JsonLinesEvents:
    def __init__(self, mapping: Mapping, notes: ImportNotes) -> None:
        self._mapping = mapping
        self._notes = notes
        self._run = RunBuilder(notes)
        self._seq: dict[str, int] = {}  # of each record's id
        self._calls: dict[str, str] = {}  # by each id in a call's record, the id under which the call is kept
        self._open: dict[str, list[str]] = {}  # by tool, the calls without a result
        self._nameless: dict[str, str] = {}  # calls without an id and without a result, and their tools
        self._used: tuple[Any, dict[str, Any]] = None, {}  # the last record's id, tokens and cost
        self._later = LaterResults(())
        self._names: set[str] = set()  # kinds of records that name custom kinds of events

    def read(self, records: Iterable[tuple[int, Any]], setting: dict[str, Any]) -> Iterator[ImportedEvent]:
        """Yield the events of numbered records; `setting`: facts about the whole run."""
        numbered = self._later = LaterResults(records, ("message", *WRAPPERS))
        first = [*islice(numbered, 1)]
        if first and isinstance(first[0][1], dict):
            self._run.context = {"time": any_time(self._mapping.value_of("time", first[0][1]))}
        grades, answer = RunGrades(), setting.get("final_answer")
        used = {"final_answer"} if isinstance(answer, str) else set()
        config = grades.take_grades({name: value for name, value in setting.items() if name not in used})
        self._run.agent_init("agent", "", config)
        yield from self._run.drain()
        for number, record in chain(first, numbered):
            self._run.context = {"line": number}
            self._record(number, record)
            yield from self._run.drain()
        self._run.context = {}
        if isinstance(answer, str):
            self._run.decision("message", answer)
        grades.add(self._run)
        yield from self._run.drain()

    def _record(self, number: int, record: Any) -> None:
        if not isinstance(record, dict):
            self._notes.count(UNREADABLE_LINES)
            self._run.custom("json-lines/unreadable", record)
            return
        message, record = record.get("message"), with_inner_message(record)
        mapping = self._mapping
        parts = {part: mapping.value_of(part, record) for part in PARTS}
        above = self._seq.get(str(parts["parent"])) if parts["parent"] is not None else None
        time = any_time(parts["time"])
        self._run.context |= {"time": time, "parent": above, "id": parts["id"], "duration": duration_of(record, time)}
        held = answer_in(record)
        use, said_id = use_within(record, message, held)
        counted = said_id or parts["id"], use
        is_repeated = counted[0] is not None and counted == self._used  # an answer that is recorded in parts
        self._run.once, self._used = {} if is_repeated else use, counted
        if parts["id"] is not None:
            self._seq[str(parts["id"])] = self._run.count
        paid = ("cost",) if use.get("cost") is not None else ()
        rest = {key: value for key, value in mapping.rest(record).items() if key not in (*JsonLines.volatile, *paid)}
        if isinstance(parts["kind"], str) and not is_usual_kind(parts["kind"]):
            rest[mapping.member("kind", record)] = parts["kind"]
        if parts["tool"] is None and (call := call_in(record, JsonLines.volatile)) is not None:
            call_parts, call_rest = call
            parts |= {"kind": "tool_call", **call_parts}
            rest = {key: value for key, value in rest.items() if key not in ("tool_call", "tool_result")} | call_rest
        match parts["tool"]:
            case {"name": str(name), "arguments": given, **more} if parts["input"] is None:
                parts |= {"tool": name, "input": given}
                rest |= {mapping.member("tool", record): more} if more else {}
            case dict(definition):  # of a tool without a call in the file
                parts |= {"tool": None, "kind": None}
                rest[mapping.member("tool", record)] = definition
        wrapped = [record[name] for name in WRAPPERS if is_message(record.get(name))]
        if parts["tool"] is None and isinstance(record.get("name"), str) and is_of_tool(parts["kind"]):
            parts["tool"] = rest.pop("name", record["name"])
        if parts["tool"] is None and (turns := turns_of(record, JsonLines.volatile)) is not None:
            for turn, turn_rest in turns:
                self._message(number, turn, turn_rest)
            return
        own = message if is_message(message) else record if has_parts(record) else next(iter(wrapped), None)
        if own is None and held is not None and parts["tool"] is None:
            own = held
            asked = mapping.member("input", record)
            rest |= {asked: parts["input"]} if asked and parts["input"] is not held else {}
        found = message_without_role(record) if own is None and parts["tool"] is None else None
        if found is not None:
            own, used = found
            named = {mapping.member(part, record): parts[part] for part in ("input", "output")}
            rest = {name: value for name, value in {**named, **rest}.items() if name and name not in used}
        if own is not None:
            others = {name: value for name, value in rest.items() if value is not own}
            if own is not record and "role" in own and own.get("type") not in (None, "message"):
                others["message.type"] = own["type"]
            self._message(number, own, others)
        else:
            is_node = mapping.member("kind", record) == "node"  # "input_guardrail" is no input
            word = parts["kind"] if not is_node or is_usual_kind(parts["kind"]) else None
            said = parts["output"] if parts["input"] is None and parts["kind"] is None else None
            kind = kind_with_speaker(kind_of(word, parts), word, record, said)
            is_request = kind == "user" and said is None and parts["input"] is None and has_messages(record)
            self._event(number, "other" if is_request else kind, parts, rest, record)

    # ---- messages in a provider's form -----------------------------------------------------------
    def _message(self, number: int, raw: dict[str, Any], rest: dict[str, Any]) -> None:
        """Add the events of a message in a provider's form: its text, and each call and result in it."""
        run, count, message = self._run, self._run.count, with_results(read_message(raw), raw)
        for name in ("message", *raw):
            if rest.get(name) is raw.get(name) or rest.get(name) is raw:
                rest.pop(name, None)
        more = {key: value for key, value in message.rest.items() if key not in JsonLines.volatile and key != "type"}
        run.unmapped = {**rest, **more}
        is_answer = message.role == "assistant"
        if is_answer and (message.content is not None or message.reasoning or not message.calls):
            text = message.content
            kind = "thinking" if text is None else "message" if isinstance(text, str) else "model"
            run.decision(kind, text, message.reasoning)
        for index, call in new_calls(message.calls, lambda id: run.call(self._calls.get(id))):
            call_id = f"record {number}.{index}"
            self._remember(call_id, call.name, [call.id])
            self._nameless |= {call_id: call.name} if call.id is None else {}
            run.unmapped = {**run.unmapped, **({"call": call.rest} if call.rest else {})}
            run.request(call_id, call.name, call.input, tool_call_id=call.id)
        if is_answer and not message.results:
            if run.unmapped and run.count == count:  # all of its calls are known
                run.custom("json-lines/repeated", None)
            return
        if message.results and message.role not in ("user", "tool", "assistant"):
            run.unmapped = {**run.unmapped, "role": message.role}
        for told in message.results:
            if self._later.hold(message, told):
                continue
            result, differing = self._later.whole(told)
            run.unmapped = {**run.unmapped, **differing}
            by_number = None if result.call_number is None else f"record {number}.{result.call_number}"
            of = self._call_of([result.id], result.name or "tool", by_number)
            if of is None and result.name is None and self._nameless:  # results in the order of the calls
                of = self._call_of([], next(iter(self._nameless.values())))
            self._nameless.pop(str(of), None)
            is_told = by_number is not None or result.duration is not None
            about = {"duration": result.duration} if is_told else {}  # not that of the record
            self._result(of, result.output, result.failure, result.name, **about)
        if not is_answer and (message.content is not None or not message.results):
            run.observation("message", message.role, message.content)

    # ---- all other records -----------------------------------------------------------------------
    def _event(
        self, number: int, kind: str, parts: dict[str, Any], rest: dict[str, Any], record: dict[str, Any]
    ) -> None:
        run, given, output = self._run, decoded(parts["input"]), decoded(parts["output"])
        content = output if output is not None else given
        tool, call_id = str(parts["tool"] or "tool"), f"record {number}"
        ids = [record.get(name) for name in CALL_IDS] + [parts["id"]]
        if given is not None and output is not None and kind != "call":
            rest[self._mapping.member("input", record)] = given
        if kind in ("model", "answer"):  # what a model was asked is no answer
            of_call, said = kind == "answer" and self._has_open_call(ids), kind == "answer" or output is not None
            kind = "response" if of_call else "decision" if said else "other"
        match kind:
            case "call" if parts["kind"] == "tool_result" and self._open.get(tool):  # which repeats what was asked
                known = self._call_of([*ids, parts["parent"]], tool)
                open_call = self._run.call(known)
                is_same = open_call is not None and open_call.input == given
                self._answer(known, output, rest if is_same else {**rest, "input": given}, tool)
            case "call":  # request and answer in one record
                run.request(call_id, tool, given)
                self._answer(call_id, output, rest, parts["tool"])
            case "request":
                self._remember(call_id, tool, ids)
                run.unmapped = rest
                run.request(call_id, tool, given if given is not None else content)
                if output is None and parts["tool"] and is_over(record):
                    self._call_of(ids, tool)
                    self._answer(call_id, OUTPUT_NOT_RECORDED, rest, parts["tool"])
            case "response" if parts["kind"] == "result" and not (parts["tool"] or self._has_open_call(ids)):
                run.custom("json-lines/result", self._content(content, rest))  # of the run
            case "response":
                is_known = content is not None or not parts["tool"] or not record.keys().isdisjoint(OUTPUTS)
                told = content if is_known else OUTPUT_NOT_RECORDED
                self._answer(self._call_of([*ids, parts["parent"]], tool), told, rest, parts["tool"])
            case "user" | "system":
                run.observation("message", kind, self._content(content, rest))
            case "decision" | "thought" if content is not None or parts["kind"] is None or is_usual_kind(parts["kind"]):
                data = self._content(content, rest)
                type = "message" if isinstance(data, str) else "model"
                run.decision(*(("thinking", None, data) if kind == "thought" else (type, data)))
            case "error":
                names = ("error", "error_message", "reason")
                text = content if content is not None else next((rest[name] for name in names if rest.get(name)), None)
                shown = text if isinstance(text, str) else "" if text is None else str(text)
                is_more = content is not None and content != first_line(shown)
                run.unmapped = {**rest, "said": content} if is_more else rest
                run.error(str(parts["kind"]), first_line(shown) or "error", tool if parts["tool"] else "agent")
            case _:
                of_kind = parts["kind"]
                self._notes.count(UNMAPPED, example=None if of_kind is None else str(of_kind))
                if of_kind is None and content is None and len(record) == 1 and self._is_name(*record):
                    of_kind = next(iter(record)) if isinstance(next(iter(record.values())), dict) else None
                named = {} if parts["tool"] is None else {self._mapping.member("tool", record): parts["tool"]}
                others = {key: value for key, value in rest.items() if value is not of_kind}
                data = self._content(content, {**named, **others})
                if self._is_name(of_kind):
                    run.custom(f"json-lines/{of_kind}", data)
                else:
                    run.custom("json-lines/record", data if of_kind is None else {"kind": of_kind, "data": data})

    def _is_name(self, kind: Any) -> bool:
        """Whether a record's kind may name a custom kind: some files have a different word in every record."""
        if not isinstance(kind, str) or not _NAME.fullmatch(kind):
            return False
        if len(self._names) < _MAX_NAMES:
            self._names.add(kind)
        return kind in self._names

    def _content(self, content: Any, rest: dict[str, Any]) -> Any:
        """The content of a record: the member for it; without one, all other members."""
        if content is not None:
            self._run.unmapped = rest
            return content
        return next(iter(rest.values())) if len(rest) == 1 else rest or None

    # ---- calls and their results ----------------------------------------------------------------
    def _remember(self, call_id: str, tool: str, ids: Iterable[Any]) -> None:
        self._open.setdefault(tool, []).append(call_id)
        self._calls |= {str(own_id): call_id for own_id in ids if own_id is not None}

    def _has_open_call(self, ids: Iterable[Any]) -> bool:
        """Whether a call has one of these ids, or a call of an unnamed tool has no result yet."""
        return bool(self._open.get("tool")) or any(known is not None and str(known) in self._calls for known in ids)

    def _call_of(self, ids: Iterable[Any], tool: str, known: str | None = None) -> str | None:
        """The call of a result: by an id in the record, else the tool's oldest call without a result."""
        known_ids = [known_id for known_id in ids if known_id is not None]
        known = known or next((self._calls[call_id] for call_id in map(str, known_ids) if call_id in self._calls), None)
        every = [call for calls in self._open.values() for call in calls]
        is_only = len(every) == 1 and tool == "tool" and not known_ids
        waiting = self._open.get(tool) or (every if is_only else [])
        if known is None and waiting:
            known = waiting[0]
        for calls in self._open.values():
            if known in calls:
                calls.remove(known)
        return known

    def _answer(self, call_id: str | None, output: Any, rest: dict[str, Any], tool: Any) -> None:
        wrong = rest.pop("error", None)
        told = None if output == OUTPUT_NOT_RECORDED else output
        error = why_failed(told, rest) if not wrong else "" if wrong is True else first_line(str(wrong))
        error = error or ("failed" if wrong else None)
        self._run.unmapped = {**rest, **({"error": wrong} if wrong and wrong not in (error, True) else {})}
        self._result(call_id, output, error, tool)

    def _result(self, call_id: str | None, output: Any, error: str | None, tool: Any, **about: Any) -> None:
        run, call = self._run, self._run.call(call_id)
        if tool and call is not None and call.tool_name != tool:
            run.unmapped = {**run.unmapped, "tool": tool}
        run.end_call(call_id, output, error=error, tool_name=tool, **about)
