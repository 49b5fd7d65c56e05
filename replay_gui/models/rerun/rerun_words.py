"""A re-run in words: its progress and its verdict."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass

import msgspec

from replay_gui.core.text.plain_text import one_line
from replay_gui.core.text.wording import plural
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
        return "Running again: the agent has made no call yet"
    return f"Running again: {plural(events, 'event')} so far, of {total:,} in the recorded run"


def verdict_of(ended: RerunEnded, output: str) -> RerunVerdict:
    """Return the verdict of a re-run; `output`: the last part of what the agent and the command printed."""
    report = ended.report
    if ended.cancelled:
        return RerunVerdict("info", "Cancelled. The new log has the events until then.")
    if report is None:
        problem = f"The command could not be run again: {_last_line(output)}"
        return RerunVerdict("bad", ended.problem or problem)
    if report.problems:
        return RerunVerdict("bad", one_line(report.problems[0], 400), notes=_notes(report))
    if report.difference is not None:
        return _of_difference(report.difference, report)
    if report.log is None and report.status:
        return RerunVerdict("bad", f"The agent ended before it made a call: {_last_line(output)}")
    if report.log is None:
        return RerunVerdict("warn", "No call of a model or a tool was seen. Is this the agent's command?")
    answered = f"{plural(report.answered, 'call')} answered from the log"
    if report.given:
        answered += f", {report.given:,} with a value of yours"
    if report.is_edited:
        made = f"{report.made:,} made for real" if report.made else "none made for real"
        return RerunVerdict("info", f"The edit was made: {answered}, {made}.", notes=_notes(report))
    made = f", {report.made:,} made for real" if report.made else ""
    return RerunVerdict("good", f"Every request was as recorded: {answered}{made}.", notes=_notes(report))


def _of_difference(found: DifferenceForm, report: RerunReport) -> RerunVerdict:
    asked, nearest = one_line(found.asked, _MAX_NAME_CHARACTERS), one_line(found.nearest or "", _MAX_NAME_CHARACTERS)
    at = "" if found.nearest_position is None else f" (event {found.nearest_position:,})"
    is_one_short = (
        len(found.fields) == 1
        and not found.more_fields
        and all(len(text) <= _MAX_QUOTED_CHARACTERS for text in msgspec.structs.astuple(found.fields[0]))
    )
    match found.kind:
        case DifferenceKind.NOT_ASKED:
            then = f"then the agent ended without calling {asked}{at}."
        case DifferenceKind.UNANSWERED:
            then = f"then {asked} was called; the recorded run ended before its answer{at}."
        case DifferenceKind.STOPPED:
            then = f"there you stopped it, at a call of {asked}."
        case DifferenceKind.REPEATED:
            then = f"then {asked} was called once more than in the recorded run{at}."
        case DifferenceKind.CHANGED if not nearest:
            then = f"then {asked} was called, which the recorded run never did."
        case _ if nearest == asked and is_one_short:
            field = found.fields[0]
            path, recorded, now = (
                one_line(text, _MAX_QUOTED_CHARACTERS) for text in (field.path, field.recorded, field.now)
            )
            then = f"then {asked} was called with {path} {now} instead of {recorded}{at}."
        case _ if nearest == asked:
            then = f"then {asked} was called in another way than recorded{at}."
        case _:
            then = f"then {asked} was called instead of {nearest}{at}."
    begin = f"As recorded up to event {found.position:,}" if found.position > 1 else "Nothing was as recorded"
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
        f"{begin}; {then}",
        fields=() if is_one_short and nearest == asked else fields,
        more=len(found.fields) - len(fields) + found.more_fields,
        place=one_line(found.place or "", 400),
        notes=_notes(report),
    )


def _notes(report: RerunReport) -> tuple[str, ...]:
    notes = []
    if report.difference is not None and report.made:
        notes.append(f"{plural(report.made, 'call')} made for real.")
    if report.difference is not None and report.given:
        notes.append(f"{plural(report.given, 'call')} answered with a value of yours.")
    for what, times in sorted(report.unseen.items()):
        outcome = "was refused" if what == "a connection" else "was not answered from the log"
        words = one_line(what, 80)
        begin = f"{words[:1].upper()}{words[1:]}"
        notes.append(f"{begin} that was not recorded {outcome} ({plural(times, 'time')}); so the run may differ.")
    return tuple(notes)


def _last_line(output: str) -> str:
    """Return the last line printed by the agent, or by the command if the agent printed none."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    of_agent = [line for line in lines if not line.startswith(_COMMAND)]
    last = (of_agent or lines or ["it printed nothing"])[-1]
    return one_line(last.removeprefix(_COMMAND), 400)
