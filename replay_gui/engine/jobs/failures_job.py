"""The worker's part of failures by their first reason: compares failing runs with passing ones, log by log.

It is a job of its own, so that it can be ended without what the evaluation's worker keeps.
"""

from __future__ import annotations

import msgspec

from replay_gui.core.contrast.failure_groups import FailurePair, group_failures
from replay_gui.core.contrast.run_profile import EvaluatedRun
from replay_gui.core.contrast.source_files import log_of_run
from replay_gui.engine.jobs.evaluation_arguments import FailureArguments
from replay_gui.engine.jobs.evaluation_messages import FailuresGrouped
from replay_gui.engine.jobs.job import JobReporter
from replay_gui.engine.jobs.job_messages import decode_value, encode_value


class PackedFailures(msgspec.Struct, frozen=True, kw_only=True):
    """What there is to compare.

    Attributes:
        pairs, left_out: see failure_pairs. runs: the facts of the runs of the pairs, by number.
        logs: paths of their logs; of a run that is not there, the log is looked for.
        conversions: the folder of cached conversions. mappings: the user's file of mappings.
    """

    pairs: tuple[FailurePair, ...]
    left_out: int
    runs: dict[int, EvaluatedRun]
    logs: dict[int, str]
    conversions: str
    mappings: str


def pack_failures(failures: PackedFailures) -> bytes:
    """Return them as FailureArguments takes them."""
    return bytes(encode_value(failures))


def compare_failures(arguments: FailureArguments, reporter: JobReporter) -> FailuresGrouped:
    """Compare the pairs; one whose logs cannot be read is left out, and told."""
    given = decode_value(msgspec.Raw(arguments.pairs), PackedFailures)

    def log_of(number: int) -> str:
        log = given.logs.get(number)
        return log_of_run(given.runs[number], given.conversions, given.mappings) if log is None else log

    return FailuresGrouped(
        group_failures(given.pairs, given.runs, log_of, left_out=given.left_out, on_progress=reporter.progress)
    )
