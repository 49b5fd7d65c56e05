"""The worker's part of failures by their first reason: compares failing runs with passing ones, log by log.

It is a separate job, so that it can be ended and the evaluation's worker keeps its cache.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import nullcontext
from pathlib import Path

import msgspec

from replay_gui.core.contrast.failure_groups import ComparisonTerms, FailurePair, LogOf, group_failures
from replay_gui.core.contrast.run_profile import EvaluatedRun
from replay_gui.engine.jobs.evaluation.evaluation_arguments import FailureArguments
from replay_gui.engine.jobs.evaluation.evaluation_messages import FailuresGrouped
from replay_gui.engine.jobs.job import JobReporter
from replay_gui.engine.jobs.job_messages import decode_value, encode_value


class PackedFailures(msgspec.Struct, frozen=True, kw_only=True):
    """The pairs of runs to compare.

    Attributes:
        pairs, left_out: see failure_pairs. runs: the facts of the runs of the pairs, by number.
        logs: paths of their logs; if empty, the logs are those of the catalogue in the folder `catalogue`.
        conversions: the folder of cached conversions. mappings: the user's file of mappings.
        terms: see comparison_terms.
    """

    pairs: tuple[FailurePair, ...]
    left_out: int
    runs: dict[int, EvaluatedRun]
    logs: dict[int, str]
    catalogue: str
    conversions: str
    mappings: str
    terms: ComparisonTerms = ComparisonTerms()


def pack_failures(failures: PackedFailures) -> bytes:
    """Return the pairs, encoded for FailureArguments."""
    return bytes(encode_value(failures))


def logs_of(
    paths: Mapping[int, str],
    catalogue: str,
    runs: Mapping[int, EvaluatedRun],
    *,
    conversions: str,
    mappings: str,
) -> LogOf:
    """Return a source of the logs of the runs: these paths, or the catalogue if there are none."""
    if paths:
        return lambda number: nullcontext(paths[number])
    from replay_gui.core.catalogue.run_logs import log_of_run  # which needs the extra

    return lambda number: log_of_run(Path(catalogue), number, runs[number], conversions=conversions, mappings=mappings)


def compare_failures(arguments: FailureArguments, reporter: JobReporter) -> FailuresGrouped:
    """Compare the pairs; one whose logs cannot be read is left out, and reported."""
    given = decode_value(msgspec.Raw(arguments.pairs), PackedFailures)

    log_of = logs_of(given.logs, given.catalogue, given.runs, conversions=given.conversions, mappings=given.mappings)
    return FailuresGrouped(
        group_failures(
            given.pairs,
            given.runs,
            log_of,
            left_out=given.left_out,
            on_progress=reporter.progress,
            terms=given.terms,
        )
    )
