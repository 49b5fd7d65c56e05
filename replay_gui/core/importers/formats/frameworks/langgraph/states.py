"""States of a LangGraph thread, from its server or `get_state_history`: JSON, the newest first."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from replay_gui.core.importers.foreign_file import ForeignFile
from replay_gui.core.importers.formats.frameworks.langgraph.thread import LangGraphThread
from replay_gui.core.importers.formats.records import first_records, numbered_records
from replay_gui.core.importers.import_notes import ImportNotes
from replay_gui.core.importers.imported_run import ImportedEvent
from replay_gui.core.importers.times import iso_time
from replay_gui.core.translation.messages import translatable

NOT_STATES = translatable("entries that are no state of a thread, kept as custom events")
_OF_STATE = ("values", "created_at", "metadata", "checkpoint", "checkpoint_id", "config")
_OF_PARENT = ("parent_checkpoint", "parent_checkpoint_id", "parent_config")
_OF_TASK = ("id", "checkpoint", "error", "interrupts")


def are_states(file: ForeignFile) -> bool:
    """Return whether a file holds states of a thread: an array, lines, or one."""
    first = [file.document] if isinstance(file.document, dict) else first_records(file)
    return bool(first) and all(map(_is_state, first))


class LangGraphStates(LangGraphThread):
    """Read the states of one thread, the oldest first. The events between two states are their new messages."""

    def __init__(self, file: ForeignFile, notes: ImportNotes) -> None:
        document = file.document
        records = [(1, document)] if isinstance(document, dict) else list(numbered_records(file, notes))
        self._states = [(number, state) for number, state in records if _is_state(state)]
        self._others = [record for _, record in records if not _is_state(record)]
        super().__init__(None, _thread_of([state for _, state in self._states]) or file.stem, notes, Path(file.stem))

    @property
    def thread(self) -> str:
        """The thread's id, or the file's name if no state has it."""
        return str(self._thread)

    def events(self) -> Iterator[ImportedEvent]:
        """Yield the events of the thread."""
        self.run.agent_init("langgraph", "", {}, thread=self.thread)
        states = sorted(self._states, key=lambda item: (iso_time(item[1].get("created_at")) or 0, -item[0]))
        for _, state in states:
            self._state(state)
            yield from self.run.drain()
        for record in self._others:
            self.notes.count(NOT_STATES)
            self.run.custom("langgraph/entry", record)
        self.run.context = {}
        next_nodes = states[-1][1].get("next") if states else None
        finished = self._answered and not self._open and not next_nodes
        self.run.end(*(self._end or ("answered" if finished else "open", None)))
        yield from self.run.drain()

    def _state(self, state: dict[str, Any]) -> None:
        namespace, checkpoint = _place(state, "")
        _, parent = _place(state, "parent_")
        rest = {key: value for key, value in state.items() if key not in (*_OF_STATE, *_OF_PARENT, "tasks")}
        tasks = state.get("tasks")
        known = isinstance(tasks, list) and all(isinstance(task, dict) for task in tasks)
        rest |= {} if known else {"task": tasks}
        tasks = tasks if isinstance(tasks, list) and known else []
        other_members = [{key: value for key, value in task.items() if key not in _OF_TASK} for task in tasks]
        values = {"channel_values": state["values"], "ts": state.get("created_at"), **rest, "tasks": other_members}
        self._checkpoint(namespace, checkpoint, parent, values, state.get("metadata"))
        self._end = None
        for task in tasks:
            if task.get("error") is not None:
                self._write((namespace, checkpoint), "__error__", task["error"])
            if task.get("interrupts"):
                self._write((namespace, checkpoint), "__interrupt__", task["interrupts"])


def _is_state(value: Any) -> bool:
    match value:
        case {"values": dict() | list(), "next": list(), "metadata": dict() | None}:
            return bool(value.keys() & {"checkpoint", "checkpoint_id", "config"})
    return False


def _place(state: dict[str, Any], of: str) -> tuple[str, str | None]:
    """Return (namespace, id) of a state's checkpoint; `of`: "parent_" for the checkpoint before."""
    checkpoint, config = state.get(f"{of}checkpoint"), state.get(f"{of}config")
    configurable = config.get("configurable") if isinstance(config, dict) else None
    place = next((where for where in (checkpoint, configurable) if isinstance(where, dict)), {})
    checkpoint_id = state.get(f"{of}checkpoint_id") or place.get("checkpoint_id")
    return str(place.get("checkpoint_ns") or ""), None if checkpoint_id is None else str(checkpoint_id)


def _thread_of(states: list[dict[str, Any]]) -> str | None:
    for state in states:
        config = state.get("config")
        configurable = config.get("configurable") if isinstance(config, dict) else None
        for holder in (state.get("checkpoint"), configurable, state.get("metadata")):
            if isinstance(holder, dict) and isinstance(holder.get("thread_id"), str):
                return str(holder["thread_id"])
    return None
