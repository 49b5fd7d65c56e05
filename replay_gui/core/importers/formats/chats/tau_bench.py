"""tau-bench results: an object, or an array of them, with ``task_id, reward, info, traj, trial``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from replay_gui.core.errors import ImportRefused
from replay_gui.core.importers.foreign_file import ForeignFile
from replay_gui.core.importers.formats.chats.messages import MessageEvents, decoded, first_line
from replay_gui.core.importers.import_notes import ImportNotes
from replay_gui.core.importers.imported_run import ImportedEvent, ImportedRun
from replay_gui.core.importers.run_builder import RunBuilder
from replay_gui.core.log.kinds import Kind

_TELLING = {"task_id", "traj", "reward"}
_WRITING = ("book_", "cancel_", "update_", "modify_", "exchange_", "return_")
"""Tools whose names begin so change the world, if they succeed."""


class TauBench:
    """The importer. Every trial is a run; the expected calls and the reward stand at its end."""

    name = "tau-bench"
    title = "tau-bench trajectory"
    version = 1

    def recognises(self, file: ForeignFile) -> bool:
        return bool(_trials(file.document))

    def runs(self, file: ForeignFile) -> Iterator[ImportedRun]:
        trials = _trials(file.document)
        if not trials:
            raise ImportRefused(f"{file.source.path}: no tau-bench trial in it")
        for trial in trials:
            notes = ImportNotes(file.notes)
            task, number = trial.get("task_id"), trial.get("trial")
            yield ImportedRun(
                name=f"task {task} trial {number}",
                run_id=f"tau-bench/task-{task}/trial-{number}",
                agent="tau-bench",
                created=None,
                source={"task_id": task, "trial": number},
                events=_events(trial, notes),
                notes=notes,
            )


def _trials(document: Any) -> list[dict[str, Any]]:
    found = document if isinstance(document, list) else [document]
    good = all(isinstance(one, dict) and one.keys() >= _TELLING and isinstance(one["traj"], list) for one in found)
    return found if good else []


def _events(trial: dict[str, Any], notes: ImportNotes) -> Iterator[ImportedEvent]:
    run = RunBuilder(notes)
    messages = MessageEvents(run, notes, TauBench.name)
    info = trial["info"] if isinstance(trial.get("info"), dict) else {}
    config = {"task_id": trial["task_id"], "task": info.get("task")}
    run.agent_init("tau-bench", "", config, trial=trial.get("trial"))
    for number, message in enumerate(trial["traj"]):
        run.context = {"message": number}
        if isinstance(message, dict) and message.get("role") == "tool":
            _answer(messages, message)
        else:
            messages.message(message, lambda rest: {"fields": rest or None})
        yield from run.drain()
    run.context = {}
    rest = {key: value for key, value in info.items() if key not in ("task", "user_cost")}
    others = {key: value for key, value in trial.items() if key not in ("task_id", "trial", "info", "traj")}
    run.custom("tau-bench/result", {**others, **rest}, cost=info.get("user_cost"))
    yield from run.drain()


def _answer(messages: MessageEvents, message: dict[str, Any]) -> None:
    run, content, call_id = messages.run, message.get("content"), message.get("tool_call_id")
    wrong = isinstance(content, str) and content.startswith("Error")
    error = first_line(content) if wrong else None
    seq, call = run.response(call_id, decoded(content), error=error, tool_call_id=call_id)
    if error is not None:
        messages.failed(seq, call, error)
    elif call.tool_name.startswith(_WRITING):
        run.add(Kind.STATE_TRANSITION, {"transition_type": call.tool_name}, parent=seq)
