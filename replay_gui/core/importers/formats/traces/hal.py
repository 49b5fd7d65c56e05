"""The Holistic Agent Leaderboard's results of a benchmark (``*_UPLOAD.json``): Weave calls of all tasks, and grades."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar

from replay_gui.core.importers.foreign_file import ForeignFile
from replay_gui.core.importers.formats.records import CLOCK, USAGE, as_map
from replay_gui.core.importers.formats.traces.weave import Weave
from replay_gui.core.importers.import_notes import ImportNotes
from replay_gui.core.importers.imported_run import ImportedEvent
from replay_gui.core.importers.plain_values import plain
from replay_gui.core.importers.run_builder import RunBuilder
from replay_gui.core.translation.messages import translatable

_GRADES = "raw_eval_results"
_OF_ALL_TASKS = ("successful_tasks", "failed_tasks", "latencies", "total_usage", "total_cost", _GRADES)


class Hal(Weave):
    """The importer. A task is a run, although each call of a model in it is a separate trace."""

    name = "hal"
    title = translatable("HAL results")
    version = 3
    volatile: ClassVar[Mapping[str, str]] = {
        **Weave.volatile,
        **dict.fromkeys(("total_usage", "total_cost"), USAGE),
        "latencies": CLOCK,
    }
    members: ClassVar[Sequence[str]] = ("raw_logging_results",)

    def is_span(self, record: dict[str, Any]) -> bool:
        """Accept a call of Weave within a task."""
        return super().is_span(record) and "weave_task_id" in as_map(record.get("attributes"))

    def trace_of(self, record: dict[str, Any]) -> str:
        """Return the task's id."""
        return str(record["attributes"]["weave_task_id"])

    def further(self, file: ForeignFile, trace: str) -> Iterable[ImportedEvent]:
        """Return the task's outcome, if it is among the successful or the failed ones."""
        results, run = as_map(as_map(file.document).get("results")), RunBuilder(ImportNotes())
        for member, passed in (("successful_tasks", True), ("failed_tasks", False)):
            tasks = results.get(member)
            if isinstance(tasks, list) and trace in map(str, tasks):
                grade = as_map(as_map(file.document).get(_GRADES)).get(trace)
                run.outcome(passed=passed, score=None, by="HAL", parts=plain(grade, file.notes))
        return run.drain()

    def _around(self, file: ForeignFile) -> dict[str, Any]:
        others = super()._around(file)
        results = {name: value for name, value in as_map(others.get("results")).items() if name not in _OF_ALL_TASKS}
        return {name: value for name, value in others.items() if name not in _OF_ALL_TASKS} | {"results": results}
