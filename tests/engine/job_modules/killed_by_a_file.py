"""The jobs of the engine; an evaluation kills its worker at some files, and notes their names.

One whose name ends with "killer" kills it when it is looked at for runs, one with "killer.rlog" when its events are
read.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from replay_gui.core.contrast import profiling, source_files
from replay_gui.core.contrast.profiling import RunFile, run_files
from replay_gui.core.contrast.run_reading import RunReading, read_run
from replay_gui.core.log.log_reader import EventLog
from replay_gui.engine.jobs.evaluation.evaluation_arguments import EvaluationArguments
from replay_gui.engine.jobs.evaluation.evaluation_job import evaluate_runs
from replay_gui.engine.jobs.evaluation.evaluation_messages import EvaluationPart
from replay_gui.engine.jobs.job import Job, JobContext
from replay_gui.engine.jobs.registry import JOBS as ALL


def _die_of(path: Path) -> None:
    with path.parent.with_name("reads").open("a") as note:
        note.write(f"{path.name}\n")
    os.kill(os.getpid(), signal.SIGSEGV)


def _deadly_files(path: str, conversions: str, **others: Any) -> list[RunFile]:
    if path.endswith("killer"):
        _die_of(Path(path))
    return run_files(path, conversions, **others)


def _deadly_run(log: EventLog, *others: Any) -> RunReading:
    if log.source.path.name.endswith("killer.rlog"):
        _die_of(log.source.path)
    return read_run(log, *others)


def evaluate(arguments: EvaluationArguments, context: JobContext) -> EvaluationPart:
    vars(source_files)["run_files"] = _deadly_files
    vars(profiling)["read_run"] = _deadly_run
    return evaluate_runs(arguments, context)


JOBS: Mapping[str, Job] = {**ALL, "evaluate": evaluate}
