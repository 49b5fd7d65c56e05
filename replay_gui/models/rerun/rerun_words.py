"""A re-run in words: its progress and its verdict."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass

import msgspec

from replay_gui.core.text.plain_text import one_line
from replay_gui.core.translation.messages import tr, trn
from replay_gui.core.translation.numbers import whole_number
from replay_gui.models.rerun.rerun_states import RerunEnded
from replay_gui.record.child.rerun_report import RerunReport
from replay_gui.record.matcher.first_difference import DifferenceForm, DifferenceKind

_MAX_NAME_CHARACTERS = 120
_MAX_VALUE_CHARACTERS = 160  # of a value
_MAX_FIELDS = 4  # that are listed
_COMMAND = "replay-gui: "  # prefix of the command's own lines
_MAX_QUOTED_CHARACTERS = 60  # of a value in a sentence


@dataclass(frozen=True, slots=True)
class RerunVerdict:
    """The result of a re-run.

    Attributes:
        role: good, warn, bad or info. sentence: a summary. fields: differences of the request: path, the recorded
        value, the value now. more: the number of further ones. place: the agent's code that sent it, or "".
        notes: further sentences.
    """

    role: str
    sentence: str
    _: KW_ONLY
    fields: tuple[tuple[str, str, str], ...] = ()
    more: int = 0
    place: str = ""
    notes: tuple[str, ...] = ()


def progress_words(events: int, total: int) -> str:
    """Return the progress of a re-run: the number of events of its log, and of the recorded one."""
    if not events:
        return tr("Running again: the agent has made no call yet")
    return trn(
        "Running again: {n} event so far, of {total} in the recorded run",
        "Running again: {n} events so far, of {total} in the recorded run",
        events,
        total=whole_number(total),
    )


def verdict_of(ended: RerunEnded, output: str) -> RerunVerdict:
    """Return the verdict of a re-run; `output`: the last part of what the agent and the command printed."""
    report = ended.report
    if ended.cancelled:
        return RerunVerdict("info", tr("Cancelled. The new log has the events until then."))
    if report is None:
        problem = tr("The command could not be run again: {reason}", reason=_last_line(output))
        return RerunVerdict("bad", ended.problem or problem)
    if report.problems:
        return RerunVerdict("bad", one_line(report.problems[0], 400), notes=_notes(report))
    if report.difference is not None:
        return _of_difference(report.difference, report)
    if report.log is None and report.status:
        return RerunVerdict("bad", tr("The agent ended before it made a call: {reason}", reason=_last_line(output)))
    if report.log is None:
        return RerunVerdict("warn", tr("No call of a model or a tool was seen. Is this the agent's command?"))
    calls = [trn("{n} call answered from the log", "{n} calls answered from the log", report.answered)]
    if report.given:
        calls.append(trn("{n} with a value of yours", "{n} with a value of yours", report.given))
    if report.made:
        calls.append(trn("{n} made for real", "{n} made for real", report.made))
    elif report.is_edited:
        calls.append(tr("none made for real"))
    if report.is_edited:
        return RerunVerdict("info", tr("The edit was made: {calls}.", calls=", ".join(calls)), notes=_notes(report))
    sentence = tr("Every request was as recorded: {calls}.", calls=", ".join(calls))
    return RerunVerdict("good", sentence, notes=_notes(report))


def _of_difference(found: DifferenceForm, report: RerunReport) -> RerunVerdict:
    asked, nearest = one_line(found.asked, _MAX_NAME_CHARACTERS), one_line(found.nearest or "", _MAX_NAME_CHARACTERS)
    is_one_short = (
        len(found.fields) == 1
        and not found.more_fields
        and all(len(text) <= _MAX_QUOTED_CHARACTERS for text in msgspec.structs.astuple(found.fields[0]))
    )
    match found.kind:
        case DifferenceKind.NOT_ASKED:
            then = tr("then the agent ended without calling {call}", call=asked)
        case DifferenceKind.UNANSWERED:
            then = tr("then {call} was called; the recorded run ended before its answer", call=asked)
        case DifferenceKind.STOPPED:
            then = tr("there you stopped it, at a call of {call}", call=asked)
        case DifferenceKind.REPEATED:
            then = tr("then {call} was called once more than in the recorded run", call=asked)
        case DifferenceKind.CHANGED if not nearest:
            then = tr("then {call} was called, which the recorded run never did", call=asked)
        case _ if nearest == asked and is_one_short:
            field = found.fields[0]
            path, recorded, now = (
                one_line(text, _MAX_QUOTED_CHARACTERS) for text in (field.path, field.recorded, field.now)
            )
            then = tr(
                "then {call} was called with {member} {now} instead of {recorded}",
                call=asked,
                member=path,
                now=now,
                recorded=recorded,
            )
        case _ if nearest == asked:
            then = tr("then {call} was called in another way than recorded", call=asked)
        case _:
            then = tr("then {call} was called instead of {recorded}", call=asked, recorded=nearest)
    begin = tr("Nothing was as recorded")
    if found.position > 1:
        begin = tr("As recorded up to event {event}", event=whole_number(found.position))
    if found.nearest_position is None or found.kind is DifferenceKind.STOPPED:
        sentence = tr("{begin}; {then}.", begin=begin, then=then)
    else:
        event = whole_number(found.nearest_position)
        sentence = tr("{begin}; {then} (event {event}).", begin=begin, then=then, event=event)
    fields = tuple(
        (
            one_line(field.path, _MAX_NAME_CHARACTERS),
            one_line(field.recorded, _MAX_VALUE_CHARACTERS),
            one_line(field.now, _MAX_VALUE_CHARACTERS),
        )
        for field in found.fields[:_MAX_FIELDS]
    )
    return RerunVerdict(
        "warn",
        sentence,
        fields=() if is_one_short and nearest == asked else fields,
        more=len(found.fields) - len(fields) + found.more_fields,
        place=one_line(found.place or "", 400),
        notes=_notes(report),
    )


def _notes(report: RerunReport) -> tuple[str, ...]:
    notes = []
    if report.difference is not None and report.made:
        notes.append(trn("{n} call made for real.", "{n} calls made for real.", report.made))
    if report.difference is not None and report.given:
        given = trn(
            "{n} call answered with a value of yours.", "{n} calls answered with a value of yours.", report.given
        )
        notes.append(given)
    for what, times in sorted(report.unseen.items()):
        notes.append(_unseen(one_line(what, 80), times))
    return tuple(notes)


def _unseen(what: str, times: int) -> str:
    if what == "a connection":
        return trn(
            "A connection that was not recorded was refused ({n} time); so the run may differ.",
            "A connection that was not recorded was refused ({n} times); so the run may differ.",
            times,
        )
    return trn(
        "{what} that was not recorded was not answered from the log ({n} time); so the run may differ.",
        "{what} that was not recorded was not answered from the log ({n} times); so the run may differ.",
        times,
        what=f"{what[:1].upper()}{what[1:]}",
    )


def _last_line(output: str) -> str:
    """Return the last line printed by the agent, or by the command if the agent printed none."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    of_agent = [line for line in lines if not line.startswith(_COMMAND)]
    last = (of_agent or lines or [tr("it printed nothing")])[-1]
    return one_line(last.removeprefix(_COMMAND), 400)
