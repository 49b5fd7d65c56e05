"""ATIF trajectories (Agent Trajectory Interchange Format): a JSON object with ``schema_version`` ``ATIF-v…``.

A file may have several, in an array or one per line. The verdict of Harbor's verifier is in files next to it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar

from replay_gui.core.errors import ImportRefused, ReplayError
from replay_gui.core.importers.foreign_file import ForeignFile
from replay_gui.core.importers.formats.chats.verdicts import add_harbor_result, harbor_files
from replay_gui.core.importers.formats.message_content import content_of
from replay_gui.core.importers.formats.message_events import NOT_MESSAGES, MessageEvents, first_line
from replay_gui.core.importers.formats.message_usage import counted_tokens
from replay_gui.core.importers.formats.records import (
    CLOCK,
    ID,
    RECORDER,
    USAGE,
    first_records,
    maps_in,
    numbered_records,
)
from replay_gui.core.importers.import_notes import ImportNotes
from replay_gui.core.importers.imported_run import ImportedEvent, ImportedRun
from replay_gui.core.importers.json_lines import NotJson, value_in
from replay_gui.core.importers.packed import foreign_file
from replay_gui.core.importers.run_builder import RunBuilder
from replay_gui.core.importers.side_files import belongs_to
from replay_gui.core.importers.times import iso_time
from replay_gui.core.log.source import Source
from replay_gui.core.translation.messages import tr, translatable

COPIED_STEPS = translatable("steps copied from the trajectory before, left out")
_NUMBER = re.compile(r"1\.\d+")  # of a version: some programs write it alone
NOT_TRAJECTORIES = translatable("records that are no ATIF trajectories, left out")
NO_CONTINUATION = translatable("continuations that are not beside the file, so the run ends early")
CIRCLE = translatable("continuations that were read before, left out")

_MAX_CONTINUATIONS = 1000
_PACKINGS = (".gz", ".zst", ".zip")
_TERMINAL = "terminal"  # the tool whose calls are in the agent's text
_BATCH = "keystrokes"  # the id of its open call
_TOKENS = {"input": "prompt_tokens", "cached": "cached_tokens", "output": "completion_tokens"}


class Atif:
    """The importer. A trajectory is one run, with the files next to it that continue it."""

    name = "atif"
    title = translatable("ATIF trajectory")
    version = 10
    volatile: ClassVar[Mapping[str, str]] = {
        "session_id": ID,
        "trajectory_id": ID,
        "tool_call_id": ID,
        "source_call_id": ID,
        "step_id": "The number of the step; the order of the steps shows it.",
        "timestamp": CLOCK,
        "metrics": USAGE,
        "final_metrics": USAGE,
        "schema_version": RECORDER,
        "continued_trajectory_ref": "The name of the file that continues this one.",
    }

    def recognises(self, file: ForeignFile) -> bool:
        """Accept an ATIF trajectory, or an array or lines of trajectories only."""
        if isinstance(file.document, dict):
            return _is_trajectory(file.document)
        records = first_records(file)
        return bool(records) and all(map(_is_trajectory, records))

    def companions(self, file: ForeignFile) -> list[Path]:
        """Return the files that continue its trajectories, those tried in vain, and those with the reward."""
        tried: dict[Path, None] = {}
        records = [(1, file.document)] if _is_trajectory(file.document) else numbered_records(file, ImportNotes())
        for _, record in records:
            continuations = _Continuations(file)
            trajectory: dict[str, Any] | None = record if _is_trajectory(record) else None
            while trajectory is not None:
                trajectory = continuations.after(trajectory)
            tried |= dict.fromkeys(continuations.tried)
        return [*tried, *harbor_files(file.path)]

    def runs(self, file: ForeignFile) -> Iterator[ImportedRun]:
        """Yield a run for each trajectory, with the steps of the files that continue it."""
        notes = ImportNotes(file.notes)
        if _is_trajectory(file.document):
            yield _run(file, file.document, file.stem, notes)
            return
        found = False
        for number, document in numbered_records(file, notes):
            if _is_trajectory(document):
                found = True
                yield _run(file, document, f"{file.stem} {number}", ImportNotes(notes))
            else:
                notes.count(NOT_TRAJECTORIES)
        if not found:
            raise ImportRefused(tr("{path}: no ATIF trajectory in it", path=file.source.path))


def _run(file: ForeignFile, document: dict[str, Any], own_name: str, notes: ImportNotes) -> ImportedRun:
    agent = document["agent"] if isinstance(document.get("agent"), dict) else {}
    name = str(agent.get("name") or "agent")
    named = next((document[key] for key in ("session_id", "trajectory_id") if document.get(key)), own_name)
    is_alone = document is file.document
    return ImportedRun(
        name=name if is_alone else own_name,
        run_id=str(named),
        agent=name,
        created=_first_time(document),
        source={"schema_version": document["schema_version"]},
        events=_events(file, document, agent, name, notes),
        notes=notes,
    )


def _is_trajectory(document: Any) -> bool:
    steps = document.get("steps") if isinstance(document, dict) else None
    if not isinstance(steps, list):
        return False
    version = str(document.get("schema_version"))
    return version.startswith("ATIF-v") or (
        _NUMBER.fullmatch(version) is not None and any(isinstance(step, dict) and "source" in step for step in steps)
    )


def _first_time(document: dict[str, Any]) -> int | None:
    return next((iso_time(step.get("timestamp")) for step in document["steps"] if isinstance(step, dict)), None)


def _events(
    file: ForeignFile, document: dict[str, Any], agent: dict[str, Any], name: str, notes: ImportNotes
) -> Iterator[ImportedEvent]:
    run = RunBuilder(notes)
    messages = MessageEvents(run, notes, Atif.name)
    version = agent.get("version")
    config = {key: value for key, value in agent.items() if key not in ("name", "version")}
    run.agent_init(name, version if isinstance(version, str) else "", config)
    trajectory: dict[str, Any] | None = document
    part, continuations = 0, _Continuations(file)
    while trajectory is not None:
        subagents = _Subagents(trajectory)
        for step in trajectory["steps"]:
            if part and isinstance(step, dict) and step.get("is_copied_context"):
                notes.count(COPIED_STEPS)
                continue
            run.context = {"part": part or None}
            _step(messages, notes, step, subagents)
            yield from run.drain()
        run.context = {}
        subagents.add_other_steps(messages, notes)
        taken = {"schema_version", "session_id", "agent", "steps", *(("subagent_trajectories",) if subagents else ())}
        rest = {key: value for key, value in trajectory.items() if key not in taken}
        if rest:
            final = rest.get("final_metrics")
            cost = final.get("total_cost_usd") if isinstance(final, dict) else None
            own_fields = {key: value for key, value in rest.items() if key not in Atif.volatile}
            run.bookkeeping("atif/totals", own_fields, total_cost=cost, metrics=final)
        yield from run.drain()
        trajectory, part = continuations.after(trajectory), part + 1
    if continuations.missing:
        notes.count(NO_CONTINUATION, example=continuations.missing)
    if continuations.is_circle:
        notes.count(CIRCLE)
    if document is file.document:
        add_harbor_result(run, file.path)
    run.end_by_call()
    yield from run.drain()


class _Continuations:
    """The files that continue a trajectory, each read at most once.

    Attributes:
        tried: the paths that were tried, in order. missing: the name of a continuation that could not be read, or "".
        is_circle: whether the last file names a file that was read before.
    """

    def __init__(self, file: ForeignFile) -> None:
        self._file = file
        with Source(file.path) as own:  # `file.source` can be an unpacked copy elsewhere
            self._read = {own.stamp[:2]}  # device and inode
        self.tried: list[Path] = []
        self.missing, self.is_circle = "", False

    def after(self, document: dict[str, Any]) -> dict[str, Any] | None:
        """Return the trajectory that continues this one: a file in its folder, perhaps packed; None if there is none.

        The file's name may have the same prefix as the opened file.
        """
        reference = document.get("continued_trajectory_ref")
        if not isinstance(reference, str) or not reference or len(self._read) > _MAX_CONTINUATIONS:
            return None
        folder, name = self._file.path.parent, reference.rpartition("/")[2]
        own = self._file.path.name.removesuffix(_packing(self._file.path)).removesuffix("trajectory.json")
        names = [f"{stem}{packing}" for stem in (name, f"{own}{name}") for packing in ("", *_PACKINGS)]
        for candidate in (folder / each for each in names):
            if not belongs_to(candidate, self._file.path):
                continue
            try:
                with Source(candidate) as source:
                    self.tried.append(candidate)
                    if source.stamp[:2] in self._read:
                        self.is_circle = True
                        return None
                    with foreign_file(source, self._file.limits) as file:
                        identity, continued = source.stamp[:2], file.document
            except ReplayError:
                continue
            if _is_trajectory(continued):
                self._read.add(identity)
                return continued  # type: ignore[no-any-return]
        self.missing = name
        return None


def _packing(path: Path) -> str:
    return path.suffix if path.suffix in _PACKINGS else ""


class _Subagents:
    """The trajectories within a trajectory, each added once: before the result that names it, or else at the end."""

    def __init__(self, document: dict[str, Any], path: tuple[str, ...] = ()) -> None:
        inner = maps_in(document.get("subagent_trajectories"))
        self._waiting = dict(enumerate(inner)) if all(isinstance(one.get("steps"), list) for one in inner) else {}
        self._by_id: dict[str, list[int]] = {}  # numbers of trajectories
        for number, one in self._waiting.items():
            for own_id in _ids(one):
                self._by_id.setdefault(own_id, []).append(number)
        self._found = bool(self._waiting)
        self.path = path  # names of the agents around

    def __bool__(self) -> bool:
        return self._found

    def add_named_steps(self, messages: MessageEvents, notes: ImportNotes, result: Any) -> None:
        """Add the steps of the trajectories that a result names."""
        named = result.get("subagent_trajectory_ref") if isinstance(result, dict) else None
        found = {number for one in maps_in(named) for its_id in _ids(one) for number in self._by_id.pop(its_id, ())}
        for number in sorted(found & self._waiting.keys()):
            self._add_steps(messages, notes, self._waiting.pop(number))

    def add_other_steps(self, messages: MessageEvents, notes: ImportNotes) -> None:
        """Add the steps of the trajectories that no result has named."""
        for number in [*self._waiting]:
            self._add_steps(messages, notes, self._waiting.pop(number))

    def _add_steps(self, messages: MessageEvents, notes: ImportNotes, document: dict[str, Any]) -> None:
        run, around, agent = messages.run, messages.run.context, document.get("agent")
        name = str(agent.get("name") if isinstance(agent, dict) and agent.get("name") else "subagent")
        below = _Subagents(document, (*self.path, name))
        run.context = {**around, "subagent": [*below.path]}
        run.context.pop("parent", None)
        taken = ("schema_version", "steps", *_IDS, *(("subagent_trajectories",) if below else ()))
        facts = {key: value for key, value in document.items() if key not in taken and key not in Atif.volatile}
        run.bookkeeping("atif/subagent", facts, metrics=document.get("final_metrics"))
        context = run.context
        for step in document["steps"]:
            run.context = dict(context)
            _step(messages, notes, step, below)
        run.context = dict(context)
        below.add_other_steps(messages, notes)
        run.context = around


_IDS = ("trajectory_id", "session_id")


def _ids(document: dict[str, Any]) -> list[str]:
    return [str(document[name]) for name in _IDS if document.get(name) is not None]


def _step(messages: MessageEvents, notes: ImportNotes, step: Any, subagents: _Subagents) -> None:
    run, own = messages.run, "/".join(subagents.path)  # ids of calls may be the same as those of another agent
    if not isinstance(step, dict):
        notes.count(NOT_MESSAGES)
        run.custom("atif/entry", step)
        return
    run.context |= {"step": step.get("step_id"), "time": iso_time(step.get("timestamp"))}
    metrics, message = step.get("metrics"), step.get("message")
    taken = {"step_id", "timestamp", "source", "message", "reasoning_content", "tool_calls", "observation"}
    rest = {key: value for key, value in step.items() if key not in {*taken, "metrics", "model_name"}}
    model = step.get("model_name")
    run.once = {"model": model}
    run.unmapped = rest | ({"model_name": model} if model else {})
    if isinstance(metrics, dict):
        tokens = counted_tokens(metrics, _TOKENS)
        run.once |= {"tokens": tokens, "cost": metrics.get("cost_usd"), "usage": metrics}
    calls = step["tool_calls"] if isinstance(step.get("tool_calls"), list) else []
    if step.get("source") == "agent":
        reasoning = step.get("reasoning_content")
        reasoning = reasoning if isinstance(reasoning, str) and reasoning else None
        if message or reasoning or not calls:
            decision_type = "message" if message or not reasoning else "thinking"
            run.context["parent"] = run.decision(decision_type, message or None, reasoning)
    else:
        run.context["parent"] = run.observation("message", str(step.get("source")), message)
    asked: list[object] = []
    batch = None if calls or step.get("source") != "agent" else keystrokes_of(message)
    for call in calls:
        if not isinstance(call, dict) or not isinstance(call.get("function_name"), str):
            run.custom("atif/tool-call", call)
            continue
        call_id = call.get("tool_call_id")
        extra = {key: call[key] for key in call if key not in ("tool_call_id", "function_name", "arguments")}
        run.request(
            _key(call_id, own),
            call["function_name"],
            messages.arguments(call.get("arguments")),
            tool_call_id=call_id,
            extra={"call": extra} if extra else None,
        )
        asked.append(call_id)
    observation = step.get("observation")
    results = observation.get("results") if isinstance(observation, dict) else None
    if batch is not None:
        run.request(_BATCH, _TERMINAL, {"keystrokes": batch})
        if isinstance(results, list) and [*map(_is_output, results)] == [True]:
            run.response(_BATCH, results[0]["content"], error=None)
            return
    for result in results if isinstance(results, list) else []:
        subagents.add_named_steps(messages, notes, result)
        _result(run, result, asked, own)


def _key(call_id: object, own: str) -> object:
    return f"{own}/{call_id}" if own and isinstance(call_id, str) else call_id


def keystrokes_of(message: Any) -> str | None:
    """Return the keystrokes of an agent in its terminal, if its message is JSON with keystrokes; else None.

    Terminus writes ``{"analysis": …, "commands": [{"keystrokes": "ls\\n", "duration": 0.1}]}``, and no tool calls.
    """
    if not isinstance(message, str) or not message.lstrip().startswith(("{", "```")):
        return None
    try:
        decoded_message = value_in(message.strip().removeprefix("```json").removeprefix("```").removesuffix("```"))
    except NotJson:
        return None
    commands = decoded_message.get("commands") if isinstance(decoded_message, dict) else None
    if not isinstance(commands, list) or not commands:
        return None
    typed = [command.get("keystrokes") if isinstance(command, dict) else None for command in commands]
    texts = [keys for keys in typed if isinstance(keys, str)]
    return "".join(texts) if len(texts) == len(typed) else None


def _is_output(result: Any) -> bool:
    return isinstance(result, dict) and result.keys() == {"content"} and isinstance(result["content"], str)


def _result(run: RunBuilder, result: Any, asked: list[object], own: str) -> None:
    """Add the result of a call; a result without a call is an observation."""
    call_id = result.get("source_call_id") if isinstance(result, dict) else None
    if isinstance(result, dict) and call_id in asked:
        rest = {key: value for key, value in result.items() if key not in ("source_call_id", "content")}
        if named := maps_in(rest.pop("subagent_trajectory_ref", None)):
            references = [{key: value for key, value in one.items() if key not in _IDS} for one in named]
            rest |= {"subagent_trajectory_ref": references} if any(references) else {}
        output, failed = result.get("content"), rest.get("is_error") is True
        error = (first_line(content_of(output)) or "failed") if failed else None
        run.end_call(_key(call_id, own), output, error=error, extra=rest or None, tool_call_id=call_id)
    else:
        content = result["content"] if isinstance(result, dict) and result.keys() == {"content"} else result
        run.observation("environment", "environment", content)
