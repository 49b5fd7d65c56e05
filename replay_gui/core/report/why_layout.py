"""The sections of a report about why two runs have different outcomes, and about the actions of each."""

from __future__ import annotations

from replay_gui.core.effects.effect_words import EFFECT_WORDS
from replay_gui.core.log.positions import EventIndex, position_after
from replay_gui.core.reasons.why_result import ActionRow, Shared
from replay_gui.core.report.document import Block, Column, Paragraph, ReportSection, ReportTable
from replay_gui.core.report.model import ReasonPart, WhyPart
from replay_gui.core.translation.messages import tr, translatable
from replay_gui.core.translation.numbers import whole_number

_MAX_REASON_ROWS, _MAX_ACTION_ROWS = 40, 60
_SHARED = {
    Shared.BOTH: translatable("both"),
    Shared.ARGUMENTS: translatable("other arguments"),
    Shared.ONLY_A: "A",
    Shared.ONLY_B: "B",
}


def why_sections(why: WhyPart) -> list[ReportSection]:
    """Return the sections, the reasons first."""
    blocks: list[Block] = [_reasons(why.reasons)] if why.reasons else [Paragraph(why.words)]
    if why.set_aside:
        blocks.append(Paragraph(tr("Left out: {differences}.", differences=why.set_aside)))
    blocks += [Paragraph(limit, "warn") for limit in why.limits]
    sections = [ReportSection(why.heading, tuple(blocks))]
    if why.actions:
        sections.append(ReportSection(tr("What each run did"), (_actions(why),)))
    return sections


def _reasons(reasons: tuple[ReasonPart, ...]) -> ReportTable:
    columns = (Column(tr("Reason"), 5), Column(tr("What led there"), 5), Column(tr("Kind"), 1.6))
    rows = tuple(
        (reason.sentence, " ".join(reason.details), ", ".join(reason.chips)) for reason in reasons[:_MAX_REASON_ROWS]
    )
    return ReportTable(columns, rows, total=len(reasons), what=tr("reasons"))


def _actions(why: WhyPart) -> ReportTable:
    columns = (
        Column("A", 1, number=True),
        Column("B", 1, number=True),
        Column(tr("Effect"), 1.4),
        Column(tr("Tool"), 2.6),
        Column(tr("With"), 4.4),
        Column(tr("Done by"), 1.6),
    )
    rows = tuple(map(_action, why.actions[:_MAX_ACTION_ROWS]))
    return ReportTable(columns, rows, total=len(why.actions) + why.more_actions, what=tr("actions"))


def _action(row: ActionRow) -> tuple[str, ...]:
    texts = dict.fromkeys(text for text in (row.text_a, row.text_b) if text)
    done_by = tr(_SHARED[row.shared])
    return (
        _events(row.requests_a),
        _events(row.requests_b),
        tr(EFFECT_WORDS[row.effect]),
        row.tool,
        " / ".join(texts),
        tr("{runs}, failed", runs=done_by) if row.failed_a or row.failed_b else done_by,
    )


def _events(requests: tuple[EventIndex, ...]) -> str:
    """Return the number of the first event, and the number of further ones."""
    if not requests:
        return ""
    first = whole_number(position_after(requests[0]))
    return f"{first} (×{whole_number(len(requests))})" if len(requests) > 1 else first
