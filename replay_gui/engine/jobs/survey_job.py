"""Surveys folders and files, and takes samples, in a worker process."""

from __future__ import annotations

import os
import time
from typing import Any

from replay_gui.core.facts.run_survey import files_below, survey_file
from replay_gui.core.facts.surveyed_run import Places, SurveyedRun
from replay_gui.core.importers.foreign_file import ForeignFile
from replay_gui.core.importers.generic import sample
from replay_gui.core.importers.packed import unpacked
from replay_gui.core.importers.registry import importers
from replay_gui.core.log.source import Source
from replay_gui.engine.jobs.worker import Report

PAUSE = 0.1  # seconds between two parts


def survey_runs(args: dict[str, Any], report: Report) -> list[Any]:
    """The job: surveys the folder or file at `path`; parts and result are [files done, files, runs since the last]."""
    path, places = args["path"], Places(**args["places"])
    if not os.path.isdir(path):
        return [1, 1, survey_file(path, places)]
    files, waiting, quiet_until = files_below(path), list[SurveyedRun](), 0.0
    for done, file in enumerate(files):
        if time.monotonic() >= quiet_until:
            report.part([done, len(files), waiting])
            waiting, quiet_until = [], time.monotonic() + PAUSE
        waiting += survey_file(file, places, path)
    return [len(files), len(files), waiting]


def take_sample(args: dict[str, Any], report: Report) -> list[dict[str, Any]]:
    """The job: the first records of the file at `path`."""
    with Source(args["path"]) as source, unpacked(source) as inner:
        return list(sample(ForeignFile(inner)))


def list_formats(args: dict[str, Any], report: Report) -> list[tuple[str, str]]:
    """The job: (name, title) of every importer. In a worker, for packages may bring importers of any quality."""
    return sorted(((one.name, one.title) for one in importers()), key=lambda one: one[1].lower())
