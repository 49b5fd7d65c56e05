"""The sections of a report about why two runs have different outcomes, and about the actions of each."""

from __future__ import annotations

from replay_gui.core.log.positions import EventIndex, position_after
from replay_gui.core.reasons.why_result import ActionRow, Shared
from replay_gui.core.report.document import Block, Column, Paragraph, ReportSection, ReportTable
from replay_gui.core.report.model import ReasonPart, WhyPart

_MAX_REASON_ROWS, _MAX_ACTION_ROWS = 40, 60
_SHARED = {Shared.BOTH: "both", Shared.ARGUMENTS: "other arguments", Shared.ONLY_A: "A", Shared.ONLY_B: "B"}


def why_sections(why: WhyPart) -> list[ReportSection]:
    """Return the sections, the reasons first."""
    blocks: list[Block] = [_reasons(why.reasons)] if why.reasons else [Paragraph(why.words)]
    if why.set_aside:
        blocks.append(Paragraph(f"Left out: {why.set_aside}."))
    blocks += [Paragraph(limit, "warn") for limit in why.limits]
    sections = [ReportSection(why.heading, tuple(blocks))]
    if why.actions:
        sections.append(ReportSection("What each run did", (_actions(why),)))
    return sections


def _reasons(reasons: tuple[ReasonPart, ...]) -> ReportTable:
    columns = (Column("Reason", 5), Column("What led there", 5), Column("Kind", 1.6))
    rows = tuple(
        (reason.sentence, " ".join(reason.details), ", ".join(reason.chips)) for reason in reasons[:_MAX_REASON_ROWS]
    )
    return ReportTable(columns, rows, total=len(reasons), what="reasons")


def _actions(why: WhyPart) -> ReportTable:
    columns = (
        Column("A", 1, number=True),
        Column("B", 1, number=True),
        Column("Effect", 1.4),
        Column("Tool", 2.6),
        Column("With", 4.4),
        Column("Done by", 1.6),
    )
    rows = tuple(map(_action, why.actions[:_MAX_ACTION_ROWS]))
    return ReportTable(columns, rows, total=len(why.actions) + why.more_actions, what="actions")


def _action(row: ActionRow) -> tuple[str, ...]:
    texts = dict.fromkeys(text for text in (row.text_a, row.text_b) if text)
    failed = ", failed" if row.failed_a or row.failed_b else ""
    return (
        _events(row.requests_a),
        _events(row.requests_b),
        row.effect.value,
        row.tool,
        " / ".join(texts),
        f"{_SHARED[row.shared]}{failed}",
    )


def _events(requests: tuple[EventIndex, ...]) -> str:
    """Return the number of the first event, and the number of further ones."""
    if not requests:
        return ""
    return f"{position_after(requests[0]):,}" + (f" (×{len(requests):,})" if len(requests) > 1 else "")
