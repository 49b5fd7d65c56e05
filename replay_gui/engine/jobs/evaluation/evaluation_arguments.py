"""The arguments of the jobs about many runs."""

from __future__ import annotations

from typing import ClassVar

import msgspec

from replay_gui.core.contrast.call_rules import UsedRules
from replay_gui.core.facts.fact_names import TASK, VersionPair
from replay_gui.core.report.redaction_profile import RedactionProfile
from replay_gui.engine.jobs.job_types import JobArguments


class RunsReport(msgspec.Struct, frozen=True, kw_only=True):
    """A report on many runs. `version`, `made`, `command`: as in Report. `profile`: for redaction; None: none.

    `in_english`: for programs, whatever the user's language is.
    """

    version: str
    made: int
    command: str
    profile: RedactionProfile | None = None
    in_english: bool = False


class FileBegun(msgspec.Struct, frozen=True, tag=True):
    """The file that a job begins to read.

    Attributes:
        given: the path, with ``#n`` for run n of several in a file; "": none.
        log: path of the log of this run, which was listed; "" if the file is searched for runs.
    """

    given: str = ""
    log: str = ""


class CrashingFile(msgspec.Struct, frozen=True):
    """A file that is not read again, because a worker died while reading it. `problem`: how it died."""

    file: FileBegun
    problem: str


class EvaluationArguments(JobArguments, frozen=True, kw_only=True):
    """Read the runs of `sources`, unless the last job has read them, and contrast all or some of them.

    Attributes:
        reading: a new number makes the worker read everything again.
        sources: files, ``FILE#n`` for one run of several, folders.
        conversions: the folder of cached conversions. surveys: that of kept profiles.
        mappings: the user's file of mappings.
        chosen: numbers of the runs to contrast; None: all. Tasks are kept apart.
        group_by: the fact by which they are grouped. first_group: contrast the first group if none are chosen.
        versions: two versions to compare; None: none.
        passed: an expression that defines which runs passed (see passed_expression); "": as recorded in the logs.
        report: the report to make on all runs, instead of a contrast; None: none.
        crashing: the files that are not read; each is listed as a run with a problem.
        rules: those for the calls; a catalogue has its own instead.
    """

    job: ClassVar[str] = "evaluate"
    reading: int
    sources: tuple[str, ...]
    conversions: str
    surveys: str
    mappings: str
    chosen: tuple[int, ...] | None = None
    group_by: str = TASK
    first_group: bool = False
    versions: VersionPair | None = None
    passed: str = ""
    report: RunsReport | None = None
    crashing: tuple[CrashingFile, ...] = ()
    rules: UsedRules = UsedRules()


class FailureArguments(JobArguments, frozen=True, kw_only=True):
    """Compare failing runs with passing ones. `pairs`: packed by pack_failures, so that only workers decode them."""

    job: ClassVar[str] = "group_failures"
    pairs: bytes


class QueryArguments(JobArguments, frozen=True, kw_only=True):
    """Answer a query over the catalogue in `folder`."""

    job: ClassVar[str] = "query"
    folder: str
    query: str


class LocateArguments(JobArguments, frozen=True, kw_only=True):
    """Find the paths at which runs of the catalogue in `folder` can be opened.

    `runs`: facts by number, encoded, so that only workers decode them. `conversions`: folder of cached conversions.
    """

    job: ClassVar[str] = "locate_runs"
    folder: str
    runs: bytes
    conversions: str
