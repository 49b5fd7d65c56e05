"""Build the part of a report about one verified run."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from replay_gui.core.divergence.side import EventRedactor
from replay_gui.core.facts.run_summary import RunSummary
from replay_gui.core.log.kinds import is_result
from replay_gui.core.log.log_reader import EventLog
from replay_gui.core.log.magic import OWN_FORMAT
from replay_gui.core.log.positions import position_after
from replay_gui.core.log.scanner import Ending
from replay_gui.core.report.classify import Damage, Diagnosis, diagnose_damage
from replay_gui.core.report.model import AnchorFinding, BrokenEvent, RunOverview, RunPart, ToolFacts
from replay_gui.core.report.timeline import TimelineCounter
from replay_gui.core.state.state import LISTS, MAPS
from replay_gui.core.text.event_text import summarize_event
from replay_gui.core.text.json_pointer import escape_token
from replay_gui.core.text.known_sentences import sentence_text
from replay_gui.core.text.plain_text import one_line
from replay_gui.core.text.quotation_marks import in_quotation_marks
from replay_gui.core.text.value_preview import preview
from replay_gui.core.translation.messages import tr
from replay_gui.core.translation.numbers import whole_number
from replay_gui.core.verification.verification_report import Finding, VerificationReport

OnProgress = Callable[[int, int], None]  # (done, total), in bytes

_MAX_MEMBERS_SHOWN = 24  # members of the payload of the first broken event
_MAX_MEMBERS_COUNTED = 2_000  # further members that are only counted
_MAX_DEPTH = 8
_MAX_VALUE_LENGTH = 160  # characters


def run_part(
    log: EventLog,
    verification: VerificationReport,
    format: str,
    size: int,
    on_progress: OnProgress,
    *,
    anchor: AnchorFinding | None = None,
    redactor: EventRedactor | None = None,
) -> RunPart:
    """Return the part of a report about one run; reads the log again, to count its events.

    Args:
        verification: of this log. format, size: of the user's file; the size in bytes.
        redactor: hides secrets in events.
    """
    agent = log.header.facts.get("agent")
    summary = RunSummary(agent=agent if isinstance(agent, str) else None)
    timeline = TimelineCounter(verification.events)
    for event in log.events():
        if not isinstance(event, Ending):
            shown_event = event if redactor is None or not is_result(event.kind) else redactor.event(event)
            summary.add_event(shown_event)
            timeline.add_event(event)
            on_progress(event.offset, log.source.size)
    diagnosis = diagnose_damage(log, verification) if format == OWN_FORMAT else _diagnose_foreign(verification)
    finding = None if diagnosis is None else diagnosis.finding
    return RunPart(
        verification=verification,
        format=format,
        size=size,
        facts=_overview(summary),
        timeline=timeline.timeline_counts(verification.first_broken),
        diagnosis=diagnosis,
        broken=None if finding is None else _broken_event(log, finding, format, redactor),
        anchor=anchor,
    )


def _overview(summary: RunSummary) -> RunOverview:
    tools = [ToolFacts(name, **counts) for name, counts in summary.tools.items()]
    tools.sort(key=lambda tool: (-tool.calls, tool.name))
    kinds = sorted(summary.kinds.items(), key=lambda item: (-item[1], item[0]))
    return RunOverview(
        agent=summary.agent,
        first_time=summary.first_time,
        last_time=summary.last_time,
        duration=summary.duration,
        kinds=tuple(kinds),
        tools=tuple(tools),
        counts=summary.counts,
        tokens=summary.tokens,
        cost=summary.cost,
        result=summary.result,
    )


def _diagnose_foreign(verification: VerificationReport) -> Diagnosis | None:
    """Return a diagnosis without a cause: a file without a hash chain does not show how it was changed."""
    if not verification.failures:
        return None
    first = verification.failures[0]
    words = tr(
        "Event {number} does not match its hash: {problem}.",
        number=whole_number(position_after(first.index)),
        problem=sentence_text(first.problem),
    )
    return Diagnosis(Damage.UNCLEAR, words, first)


def _broken_event(log: EventLog, finding: Finding, format: str, redactor: EventRedactor | None) -> BrokenEvent:
    index, offset = finding.index, finding.offset
    event = log.event_at(index, offset) if format == OWN_FORMAT else log[index]  # the offset is one of the user's file
    if redactor is not None:
        event = redactor.event(event)
    members: list[tuple[str, str]] = []
    hidden = 0
    for path, words in _members(event.payload, "", 0):
        if len(members) < _MAX_MEMBERS_SHOWN:
            members.append((path, words))
        elif hidden < _MAX_MEMBERS_COUNTED:
            hidden += 1
        else:
            break
    return BrokenEvent(
        index=index,
        event_id=event.event_id,
        offset=offset,
        size=event.size if format == OWN_FORMAT else 0,
        kind=event.kind,
        tool=event.tool,
        time=event.time,
        summary=summarize_event(event),
        members=tuple(members),
        hidden=hidden,
        stored_hash=None if event.hash is None else event.hash.hex(),
        recorded_state=None if event.state_hash is None else event.state_hash.hex(),
    )


def _members(value: Any, path: str, depth: int) -> Iterator[tuple[str, str]]:
    """Yield (JSON Pointer, text) of the leaves of a payload; values deeper than _MAX_DEPTH are summarised."""
    if isinstance(value, MAPS) and len(value) and depth < _MAX_DEPTH:
        for key in value:
            yield from _members(value[key], f"{path}/{escape_token(str(key))}", depth + 1)
    elif isinstance(value, LISTS) and len(value) and depth < _MAX_DEPTH:
        for number, item in enumerate(value):
            yield from _members(item, f"{path}/{number}", depth + 1)
    else:
        yield path, value_words(value)


def value_words(value: Any) -> str:
    """Return a value as one visible line: a string in quotation marks, other values summarised."""
    if isinstance(value, str):
        return in_quotation_marks(one_line(value, _MAX_VALUE_LENGTH))
    return one_line(preview(value), _MAX_VALUE_LENGTH)
