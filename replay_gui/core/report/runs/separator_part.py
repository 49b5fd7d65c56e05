"""One line of what separates runs, as a report says it."""

from __future__ import annotations

from replay_gui.core.contrast.separators import Separator
from replay_gui.core.report.runs.contrast_model import SeparatorPart
from replay_gui.core.report.runs.told_features import ToldFeatures


def told_sentence(separator: Separator, told: ToldFeatures | None) -> str:
    """Return the line and its counts in words. `told`: what may be told; None: everything."""
    return separator.sentence if told is None else told.told(separator).sentence


def separator_part(line: Separator, told: ToldFeatures | None) -> SeparatorPart:
    """Return the line. `told`: as in told_sentence."""
    separator = line if told is None else told.told(line)
    return SeparatorPart(
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
