"""One separator of runs, in the form for a report."""

from __future__ import annotations

from replay_gui.core.contrast.separators import Separator
from replay_gui.core.report.runs.contrast_model import SeparatorPart
from replay_gui.core.report.runs.redacted_features import RedactedFeatures


def redacted_sentence(separator: Separator, redacted: RedactedFeatures | None) -> str:
    """Return the separator and its counts in words. `redacted`: hides secrets; None: no value is hidden."""
    return separator.sentence if redacted is None else redacted.redacted(separator).sentence


def separator_part(line: Separator, redacted: RedactedFeatures | None) -> SeparatorPart:
    """Return the separator. `redacted`: as in redacted_sentence."""
    separator = line if redacted is None else redacted.redacted(line)
    return SeparatorPart(
        title=separator.title,
        sentence=separator.sentence,
        kind=separator.feature.kind,
        passing=(separator.passing.having, separator.passing.of),
        failing=(separator.failing.having, separator.failing.of),
        p=separator.p,
        corrected_p=separator.corrected_p,
        significant=separator.significant,
        chance="" if separator.by_chance is None else separator.by_chance.words,
        tasks=None if separator.stratified is None else separator.stratified.tasks,
        also=separator.also,
        also_count=separator.also_count,
    )
