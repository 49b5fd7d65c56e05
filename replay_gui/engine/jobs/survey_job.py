"""Surveys folders and files, and takes samples, in a worker process."""

from __future__ import annotations

import os
from typing import Any

from replay_gui.core.facts.known_sessions import KnownSession, list_sessions
from replay_gui.core.facts.surveyed_run import SurveyedRun
from replay_gui.core.importers.generic import sample
from replay_gui.core.importers.packed import foreign_file
from replay_gui.core.importers.registry import importers
from replay_gui.core.importers.run_survey import files_below, survey_file
from replay_gui.core.log.source import Source
from replay_gui.engine.jobs.job import JobReporter
from replay_gui.engine.jobs.job_types import (
    FormatsArguments,
    SampleArguments,
    SessionsArguments,
    SurveyArguments,
    SurveyProgress,
)


def survey_runs(arguments: SurveyArguments, reporter: JobReporter) -> SurveyProgress:
    """List the runs of a folder or file; parts and result are the SurveyProgress since the last part.

    Before each file, a part has what was found so far, and names the file.
    """
    path, folders = arguments.path, arguments.folders
    if not os.path.isdir(path):
        return SurveyProgress(1, 1, tuple(survey_file(path, folders)))
    files, runs = files_below(path), list[SurveyedRun]()
    for done in range(arguments.begin, len(files)):
        reporter.part(SurveyProgress(done, len(files), tuple(runs), files[done]))
        runs = survey_file(files[done], folders, path)
    return SurveyProgress(len(files), len(files), tuple(runs))


def list_known_sessions(arguments: SessionsArguments, reporter: JobReporter) -> list[KnownSession]:
    """List the newest sessions in known folders, newest first."""
    return list_sessions(arguments.folders)


def take_sample(arguments: SampleArguments, reporter: JobReporter) -> list[dict[str, Any]]:
    """Read the first records of a file, each a JSON object."""
    with Source(arguments.path) as source, foreign_file(source) as file:
        return list(sample(file))


def list_formats(arguments: FormatsArguments, reporter: JobReporter) -> list[tuple[str, str]]:
    """Return (name, title) of every importer. In a worker, since packages may bring importers of any quality."""
    return sorted(((importer.name, importer.title) for importer in importers()), key=lambda pair: pair[1].lower())
