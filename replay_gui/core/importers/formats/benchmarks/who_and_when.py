"""Who&When records: a failed conversation of several agents, with who made the decisive mistake, and when."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from replay_gui.core.errors import ImportRefused
from replay_gui.core.importers.foreign_file import ForeignFile
from replay_gui.core.importers.formats.message_events import NOT_MESSAGES
from replay_gui.core.importers.formats.records import ID
from replay_gui.core.importers.import_notes import ImportNotes
from replay_gui.core.importers.imported_run import ImportedEvent, ImportedRun
from replay_gui.core.importers.run_builder import RunBuilder
from replay_gui.core.log.positions import EventIndex
from replay_gui.core.translation.messages import tr, translatable

_SIGNS = {"history", "mistake_agent", "mistake_step"}
_USER_ROLES = ("human", "user")
_SURROUNDINGS = ("Computer_terminal", "WebSurfer", "FileSurfer")
"""Speakers whose messages quote the world: the output of code, a page, a file. Its values are not the agents' own."""
_GRADED = ("ground_truth", "is_correct", "is_corrected")
_AGENT_OF_ALL = "Orchestrator"
_EXECUTION_FAILED = re.compile(r"exitcode: (-?\d{1,9}) \(execution failed\)")  # AutoGen, of a model's code
_FINAL_ANSWER = re.compile(r"^FINAL ANSWER: *(.+)$", re.MULTILINE)  # which the framework prints at the end


class WhoAndWhen:
    """The importer. A file is one run; the annotation is at its end, caused by the step that it blames."""

    name = "who-and-when"
    title = translatable("Who&When conversation")
    version = 5
    volatile: ClassVar[Mapping[str, str]] = {"question_ID": ID}

    def recognises(self, file: ForeignFile) -> bool:
        """Accept a JSON document with an annotated conversation."""
        return _conversation(file.document) is not None

    def runs(self, file: ForeignFile) -> Iterator[ImportedRun]:
        """Yield the conversation as one run, with the annotation as its end."""
        conversation = _conversation(file.document)
        if conversation is None:
            raise ImportRefused(tr("{path}: no Who&When record in it", path=file.source.path))
        notes = ImportNotes(file.notes)
        name = file.stem
        yield ImportedRun(
            name=name,
            run_id=f"{conversation.get('question_ID')}/{name}",
            agent="who-and-when",
            created=None,
            source={},
            events=_events(conversation, notes),
            notes=notes,
        )


def _conversation(document: Any) -> dict[str, Any] | None:
    good = isinstance(document, dict) and document.keys() >= _SIGNS and isinstance(document["history"], list)
    return document if good else None


def _events(conversation: dict[str, Any], notes: ImportNotes) -> Iterator[ImportedEvent]:
    run = RunBuilder(notes)
    config: dict[str, Any] = {
        key: conversation[key] for key in ("question", "level", "system_prompt") if key in conversation
    }
    run.agent_init("who-and-when", "", config)
    step_indexes: list[EventIndex] = []  # the event of each step, for the annotation names a step
    for number, message in enumerate(conversation["history"]):
        step_indexes.append(EventIndex(run.count))
        run.context = {"step": number}
        _step(run, notes, message, first=number == 0)
        yield from run.drain()
    run.context = {}
    step = str(conversation.get("mistake_step"))
    blamed = step_indexes[int(step)] if step.isdecimal() and int(step) < len(step_indexes) else None
    label = {
        key: value for key, value in conversation.items() if key not in {*config, *_GRADED, "history", "question_ID"}
    }
    run.custom("who-and-when/mistake", label, parent=blamed)
    if conversation.get("ground_truth") is not None:
        run.expected(conversation["ground_truth"])
    is_correct = conversation.get("is_correct", conversation.get("is_corrected"))
    if is_correct is not None:
        passed = is_correct if isinstance(is_correct, bool) else None
        run.outcome(
            passed=passed,
            score=None,
            by="Who&When label",
            answer=_final_answer(conversation["history"]),
            expected=conversation.get("ground_truth"),
            label=None if passed is not None else str(is_correct),
        )
    yield from run.drain()


def _final_answer(history: list[Any]) -> str | None:
    last = history[-1] if history else None
    content = last.get("content") if isinstance(last, dict) else None
    found = _FINAL_ANSWER.findall(content) if isinstance(content, str) else []
    return found[-1].strip() if found else None


def _step(run: RunBuilder, notes: ImportNotes, message: Any, first: bool) -> None:
    if not isinstance(message, dict):
        notes.count(NOT_MESSAGES)
        run.custom("who-and-when/entry", message)
        return
    speaker, content = message.get("name") or message.get("role"), message.get("content")
    run.unmapped = {key: value for key, value in message.items() if key != "content" and value is not None}
    meta: dict[str, Any] = {"role": message.get("role")}
    if speaker in _USER_ROLES or first:
        run.observation("message", "user" if first else str(speaker), content, agent=speaker, **meta)
    elif speaker in _SURROUNDINGS:
        seq = run.observation(speaker, speaker, content, agent=speaker, **meta)
        if isinstance(content, str) and (failed := _EXECUTION_FAILED.match(content)):
            run.error("execution_failed", f"exit {failed[1]}", speaker, parent=seq, agent=speaker)
    else:
        thought = isinstance(speaker, str) and speaker.startswith(_AGENT_OF_ALL) and "(thought)" in speaker
        run.decision("thinking" if thought else "message", content, agent=speaker, **meta)
