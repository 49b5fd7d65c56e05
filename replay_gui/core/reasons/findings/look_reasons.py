"""The reasons in what the runs read, in what the world answered, and in how they were set up."""

from __future__ import annotations

import re
from bisect import bisect_left
from itertools import islice
from typing import Any

from replay_gui.core.effects.answers import answer_text, masked_answer
from replay_gui.core.effects.call_values import same_value
from replay_gui.core.effects.effect import Effect
from replay_gui.core.effects.tool_call import ToolCall
from replay_gui.core.effects.tool_names import runs_code
from replay_gui.core.facts.run_identity import TRIAL_NAMES
from replay_gui.core.log.kinds import Kind
from replay_gui.core.reasons.event_texts import message_text
from replay_gui.core.reasons.evidence.files_read import only_read
from replay_gui.core.reasons.evidence.run_account import RunAccount
from replay_gui.core.reasons.findings.reason_list import ReasonList, place
from replay_gui.core.reasons.phrases import argument_words, call_words, differing_words, event_words
from replay_gui.core.reasons.reason import ReasonKind, Tier
from replay_gui.core.state.state import ABSENT, leaves
from replay_gui.core.text.json_pointer import join_pointer
from replay_gui.core.text.plain_text import one_line
from replay_gui.core.text.wording import plural

_MATTERS = re.compile(
    r"model(?!.*(?:path|url|cost))|prompt|template|task|question|instruction|system|tool|temperature|top_p|seed|reason|effort"
    r"|thinking|max_(?:tokens|steps|turns|iter)|limit|parallel|agent_class|policy|version",
    re.IGNORECASE,
)
_MODEL = re.compile(r"model(?:_name|_id|/id|/name|/model)?$", re.IGNORECASE)
_IDLE = re.compile(
    r"timeout|path|url|host|port|dir|log|output|cache|image|pull|name$|id$|key|retry|retries|workers|verbose|time|date",
    re.IGNORECASE,
)
_TASK = re.compile(r"/(?:task|sample|instance|problem|question)_?id$", re.IGNORECASE)
_NEVER_MATTERS = re.compile(r"timeout|path|pull|url", re.IGNORECASE)
_LINE_END = re.compile(r"[\r\n]+|(?:\\[rn])+|\"")  # as it is, or as it stands in JSON
_MAX_SETUP = 5_000  # members of a set-up that are compared
_MODULUS = 1 << 128


def add_world_reason(reasons: ReasonList) -> None:
    """Add the first call without an effect that both made, and that was answered otherwise.

    Only where both had made the same changes before: else the answer may differ by what a run did itself.
    """
    changes = _ChangesBefore(reasons.reference), _ChangesBefore(reasons.other)
    answers: dict[bytes, list[ToolCall]] = {}
    for call in reasons.reference.calls:
        answers.setdefault(call.key, []).append(call)
    found: tuple[int, ToolCall, ToolCall] | None = None  # with the sum of both places, by which the earliest is known
    for call in reasons.other.calls:
        same = answers.get(call.key)
        if not same or call.effect not in (Effect.READS, Effect.CHECKS, Effect.UNKNOWN):
            continue
        first = same.pop(0)
        place_of_both = first.request + call.request
        if call.response is None or first.response is None or (found is not None and place_of_both >= found[0]):
            continue
        if changes[0].before(first) != changes[1].before(call):
            continue
        if _answer_lines(call) != _answer_lines(first):  # last, since answers may be long
            found = place_of_both, first, call
    if found is not None:
        _, first, call = found
        reasons.add(
            ReasonKind.WORLD,
            Tier.NOT_LOOKED,
            f"{call_words(call, 60)} was answered otherwise ({event_words(call.response or call.request)} of"
            f" {reasons.other.name} against {event_words(first.response or first.request)} of"
            f" {reasons.reference.name}).",
            order=-1.0,
            details=(_answers(first, call),),
            chip="world",
            of_reference=first,
            of_other=call,
        )


def _answer_lines(call: ToolCall) -> list[str]:
    """Return the lines of an answer, without blanks at their ends; of a program sorted, as it writes to two streams."""
    lines = [line.strip() for line in _LINE_END.split(masked_answer(call.answer)) if line.strip()]
    return sorted(lines) if runs_code(call.tool) or call.effect is Effect.CHECKS else lines


class _ChangesBefore:
    """What a run had changed before each of its calls, whatever the order of the changes."""

    def __init__(self, run: RunAccount) -> None:
        self._requests = [change.request for change in run.changes]
        self._sums = [0]
        for change in run.changes:
            self._sums.append((self._sums[-1] + int.from_bytes(change.key, "little")) % _MODULUS)

    def before(self, call: ToolCall) -> int:
        """Return a number that is equal where equal changes were made before."""
        return self._sums[bisect_left(self._requests, call.request)]


def add_look_reasons(reasons: ReasonList, *, both_ways: bool) -> None:
    """Add what only one of the runs read. `both_ways`: no run is known to have failed.

    Of long runs the calls that both made alike are not at hand: there it is only known that one made a call more often.
    Commands that read are worded in many ways: only those count that name a file which the other run never names.
    """
    reference, other = reasons.reference, reasons.other
    missing, extra = only_read(reference, other), only_read(other, reference)
    if missing:
        _add_look(reasons, missing, reference, other, Tier.NOT_LOOKED)
    if extra:
        _add_look(reasons, extra, other, reference, Tier.NOT_LOOKED if both_ways else Tier.LOOKED)


def _add_look(
    reasons: ReasonList, reads: list[tuple[ToolCall, str]], run: RunAccount, second: RunAccount, tier: Tier
) -> None:
    """Add what `run` read and the `second` run did not."""
    (call, file), more = reads[0], len({read.key for read, _ in reads}) - 1
    at = event_words(call.request)
    if file:
        also = f", nor the files of {plural(more, 'other read')}" if more else ""
        looked = f"{one_line(file, 60)}, which {run.name} looked at ({at}: {call_words(call, 60)})"
        sentence = f"No call of {second.name} names {looked}{also}."
    elif not second.whole:
        also = f" and made {plural(more, 'other read')}" if more else ""
        sentence = f"{run.name} called {call_words(call)} ({at}){also} more often than {second.name}."
    else:
        also = f", nor made {plural(more, 'other read')}" if more else ""
        sentence = f"{second.name} never called {call_words(call)}{also}; {run.name} did ({at})."
    is_reference = run is reasons.reference
    reasons.add(
        ReasonKind.LOOK,
        tier,
        sentence,
        order=0.5 if tier is Tier.LOOKED else place(call, run),
        of_reference=call if is_reference else None,
        of_other=None if is_reference else call,
    )


def add_setup_reason(reasons: ReasonList) -> int:
    """Add the difference of the set-ups that can matter most; return how many there are."""
    a, b = _setup(reasons.reference), _setup(reasons.other)
    differences = [
        (path, a.get(path, ABSENT), b.get(path, ABSENT))
        for path in dict.fromkeys((*a, *b))
        if path not in a or path not in b or not same_value(a[path], b[path])
    ]
    if not differences:
        return 0
    path, value_p, value_f = min(
        differences,  # what both logs tell first, and of that the model
        key=lambda entry: (_weight(entry[0]), ABSENT in entry[1:], _MODEL.search(entry[0]) is None),
    )
    more = f" (and {len(differences) - 1:,} more)" if len(differences) > 1 else ""
    words_p, words_f = differing_words(value_p, value_f)
    weight = _weight(path)
    tier = Tier.RESULT if weight < 0 else Tier.LOOKED if weight == 0 else Tier.OTHER
    other_task = "They are runs of different tasks: " if weight < 0 else ""
    events = [next(iter(run.setup_events), None) for run in (reasons.reference, reasons.other)]
    reasons.add(
        ReasonKind.SETUP,
        tier,
        f"{other_task}{argument_words(path)} is {words_f} in {reasons.other.name} and {words_p} in"
        f" {reasons.reference.name}{more}.",
        order=-2.0 if weight < 0 else 0.0 if tier is Tier.LOOKED else 1.0,
        path=path,
        at_reference=None if events[0] is None else events[0].index,
        at_other=None if events[1] is None else events[1].index,
    )
    return len(differences)


def _setup(run: RunAccount) -> dict[str, Any]:
    """Return the members of the set-up, by JSON Pointer; the messages of the system as one text."""
    members: dict[str, Any] = {}
    told: list[str] = []
    for event in run.setup_events:
        if event.kind == Kind.AGENT_INIT.value:
            for name in ("agent_type", "agent_version"):
                members.setdefault(f"/{name}", event.payload.get(name))
            for path, value in islice(leaves(event.payload.get("config")), _MAX_SETUP):
                if path[0] in TRIAL_NAMES and len(path) == 1:
                    continue
                members.setdefault(join_pointer(path), value)
        else:
            told.append(message_text(event))
    if told:
        members["/system_message"] = "\n".join(told)
    return members


def _weight(path: str) -> int:
    """Return -1 for what names the task, 0 for what can matter, 1 for what may, 2 for what hardly does."""
    if _TASK.match(path):
        return -1
    if _MATTERS.search(path) and not _NEVER_MATTERS.search(path):
        return 0
    return 2 if _IDLE.search(path) else 1


def _answers(first: ToolCall, second: ToolCall) -> str:
    """Return both answers from where they differ on."""
    words_a, words_b = differing_words(answer_text(first.answer), answer_text(second.answer))
    return f"{words_b} against {words_a}."
