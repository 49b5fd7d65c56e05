"""Lists sessions and formats, and takes samples of files, in a worker process."""

from __future__ import annotations

from typing import Any

from replay_gui.core.facts.known_sessions import KnownSession, list_sessions
from replay_gui.core.importers.generic.file_records import first_objects
from replay_gui.core.importers.packed import foreign_file
from replay_gui.core.importers.registry import importers
from replay_gui.core.log.source import Source
from replay_gui.core.translation.messages import tr
from replay_gui.engine.jobs.job import JobReporter
from replay_gui.engine.jobs.job_types import FormatsArguments, SampleArguments, SessionsArguments


def list_known_sessions(arguments: SessionsArguments, reporter: JobReporter) -> list[KnownSession]:
    """List the newest sessions in known folders, newest first."""
    return list_sessions(arguments.folders)


def take_sample(arguments: SampleArguments, reporter: JobReporter) -> list[dict[str, Any]]:
    """Read the first records of a file, each a JSON object."""
    with Source(arguments.path) as source, foreign_file(source) as file:
        return list(first_objects(file))


def list_formats(arguments: FormatsArguments, reporter: JobReporter) -> list[tuple[str, str]]:
    """Return (name, title in the user's language) of every importer.

    In a worker, because importers of other packages may hang or crash.
    """
    return sorted(((importer.name, tr(importer.title)) for importer in importers()), key=lambda pair: pair[1].lower())
