"""Build the part of a report about a comparison of two runs."""

from __future__ import annotations

from itertools import islice

from replay_gui.core.divergence.causes.explanations import DETAILS_SEPARATOR
from replay_gui.core.divergence.comparer import Comparer
from replay_gui.core.divergence.comparison import Comparison, Difference, DivergencePoint
from replay_gui.core.divergence.divergence_points import divergence_points
from replay_gui.core.divergence.rules.rules import Rule, Rules
from replay_gui.core.divergence.side import EventRedactor
from replay_gui.core.log.positions import EventIndex
from replay_gui.core.reasons.reason import Reason
from replay_gui.core.reasons.why_result import WhyResult
from replay_gui.core.reasons.why_words import chips, no_reason_words, set_aside_words, why_heading
from replay_gui.core.report.building import value_words
from replay_gui.core.report.model import (
    MAX_POINTS,
    CausePart,
    ComparisonPart,
    DifferencePart,
    PointPart,
    ReasonPart,
    RulePart,
    WhyPart,
)
from replay_gui.core.state.state import ABSENT
from replay_gui.core.text.event_label import events_noun
from replay_gui.core.translation.messages import tr

_MAX_DIFFERENCES = 12  # differences per divergence


def comparison_part(
    comparer: Comparer,
    comparison: Comparison,
    rules: Rules,
    why: WhyResult | None = None,
    redactor: EventRedactor | None = None,
) -> ComparisonPart:
    """Return the part about the comparer's last comparison; reads the events at the first MAX_POINTS divergences.

    `redactor`: hides secrets in events; in `comparison` and `why` they are hidden already.
    """
    first = comparison.first_point
    points = tuple(map(_point, islice(divergence_points(comparer, comparison, redactor), MAX_POINTS)))
    return ComparisonPart(
        diverged=comparison.diverged,
        counts=comparison.counts,
        causes=tuple(_cause(comparer, comparison, which) for which in comparison.ranked),
        points=points,
        total=len(comparison.points.row),
        tools=comparison.tools,
        rules=tuple(map(_rule_part, rules)),
        first=None
        if first is None
        else (EventIndex(int(comparison.points.a[first])), EventIndex(int(comparison.points.b[first]))),
        content=comparison.content,
        results=comparison.results,
        results_equal=comparison.results_equal,
        why=None if why is None else why_part(why),
    )


def why_part(why: WhyResult) -> WhyPart:
    """Return the part about reasons."""
    return WhyPart(
        heading=why_heading(why),
        reasons=tuple(map(_reason, why.reasons)),
        words="" if why.reasons else no_reason_words(why),
        set_aside=set_aside_words(why),
        actions=why.actions,
        more_actions=why.more_actions,
        limits=why.limits,
    )


def _reason(reason: Reason) -> ReasonPart:
    return ReasonPart(
        kind=reason.kind,
        sentence=reason.sentence,
        details=reason.details,
        chips=chips(reason),
        tool=reason.tool,
        index_a=reason.index_a,
        index_b=reason.index_b,
        path=reason.path,
        origins=reason.origins,
        certain=reason.certain,
    )


def _cause(comparer: Comparer, comparison: Comparison, which: int) -> CausePart:
    cause = comparison.causes[which]
    a, b = (EventIndex(int(side[cause.point])) for side in (comparison.points.a, comparison.points.b))
    rows = comparer.rows
    event = rows.a.event(a) if a >= 0 else rows.b.event(b)
    headline, _, details = cause.explanation.partition(DETAILS_SEPARATOR)
    return CausePart(
        kind=cause.kind.value,
        tool=cause.tool,
        certain=cause.certain,
        headline=headline,
        details=details,
        index_a=a,
        index_b=b,
        event_id=event.event_id,
        consequences=cause.consequences,
        suppressed=cause.suppressed,
    )


def _point(point: DivergencePoint) -> PointPart:
    counted = [difference for difference in point.differences if not difference.ignored]
    return PointPart(
        index_a=point.position,
        index_b=point.position_b,
        event_id=point.event_id,
        change=point.change,
        expected=point.expected,
        actual=point.actual,
        diff=point.diff,
        differences=tuple(map(_difference, counted[:_MAX_DIFFERENCES])),
        hidden=max(0, len(counted) - _MAX_DIFFERENCES),
    )


def _difference(difference: Difference) -> DifferencePart:
    a, b = (None if value is ABSENT else value_words(value) for value in (difference.a, difference.b))
    return DifferencePart(difference.path, a, b)


def _rule_part(rule: Rule) -> RulePart:
    words = [events_noun(rule.kind, rule.label)] if rule.kind or rule.label else []
    words += [] if rule.tool is None else [tr("tool {name}", name=rule.tool)]
    words += [] if rule.path is None else [tr("path {path}", path=rule.path)]
    words += [] if rule.pattern is None else [tr("pattern {pattern}", pattern=rule.pattern)]
    bounds = (("abs", rule.abs), ("rel", rule.rel))
    words += [f"{name} {bound:g}" for name, bound in bounds if bound is not None]
    return RulePart(rule.action.value, ", ".join(words) or tr("all events"), rule.note)
