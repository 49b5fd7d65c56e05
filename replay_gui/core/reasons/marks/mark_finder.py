"""Find the marks of one run, in one pass over its events and with bounded memory."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from replay_gui.core.effects.answers import answer_text, masked_answer
from replay_gui.core.effects.call_reader import CallReader
from replay_gui.core.effects.classifier import EffectClassifier
from replay_gui.core.effects.declarations import declared_effects
from replay_gui.core.effects.effect import Effect
from replay_gui.core.effects.tool_call import ToolCall
from replay_gui.core.effects.tool_effects import ToolEffectCounter, ToolEffects
from replay_gui.core.log.event import Event
from replay_gui.core.log.kinds import OUTCOME, Kind
from replay_gui.core.log.log_reader import EventLog
from replay_gui.core.log.positions import EventIndex
from replay_gui.core.reasons.evidence.attempts import Attempt, later_words
from replay_gui.core.reasons.evidence.check_watch import CheckWatch
from replay_gui.core.reasons.evidence.file_edits import edits_files, is_patch
from replay_gui.core.reasons.evidence.first_places import FirstPlaces
from replay_gui.core.reasons.evidence.run_failures import (
    LOOP_CALLS,
    KnownReads,
    LoopKey,
    LoopWatch,
    is_expected_to_succeed,
)
from replay_gui.core.reasons.evidence.user_commands import UserCheckReader
from replay_gui.core.reasons.marks.figure_watch import FigureWatch, figure_sentence
from replay_gui.core.reasons.marks.run_mark import MarkKind, RunMark
from replay_gui.core.reasons.phrases import call_words, event_words, failure_text, failure_words, quoted
from replay_gui.core.text.plain_text import one_line
from replay_gui.core.translation.messages import tr, trn

MAX_EVENTS = 200_000
"""Events of the longest run in which a command looks for marks: each takes 30 to 60 µs."""

_MAX_OPEN_FAILURES = 100  # failed calls of one tool that are remembered
_MAX_CALLS = 200_000  # different calls that are counted for loops
_MAX_MARKS_OF_KIND = 20  # marks of one kind
_MAX_EVENTS_OF_MARK = 1_000  # a later mark replaces the one before
_MAX_ANSWER_CHARACTERS = 200  # of an answer whose origin is searched


@dataclass(slots=True)
class _Loop:
    """A call that was made `times` times with equal answers, and its requests."""

    call: ToolCall
    times: int
    events: list[EventIndex]


class MarkFinder:
    """Receives the events of a run in order; for a run of more than `max_events` it finds no marks.

    Attributes:
        gave_up: whether the run is too long.
    """

    def __init__(self, corrected: Mapping[str, Effect] | None = None, max_events: int = MAX_EVENTS) -> None:
        """`corrected`: effects of tools by name, from rules of the user."""
        self.gave_up = False
        self._count_of_events, self._max_events = 0, max_events
        self._classifier = EffectClassifier(corrected)
        self._reader = CallReader(self._classifier)
        self._tools = ToolEffectCounter()
        self._figures = FigureWatch()
        self._failed: defaultdict[str, list[Attempt]] = defaultdict(list)
        self._known = KnownReads(_MAX_CALLS)
        self._watch = LoopWatch(_MAX_CALLS)
        self._begun: dict[LoopKey, list[EventIndex]] = {}  # calls that may become a loop
        self._loops: list[_Loop] = []
        self._open: dict[LoopKey, _Loop] = {}  # the loops that may continue
        self._figures_marks: list[RunMark] = []
        self._changes, self._by_user = CheckWatch(), UserCheckReader()
        self._denied = set[int]()  # indexes of the responses right before a denial
        self._outcome: Event | None = None

    def add_event(self, event: Event) -> None:
        """Process the next event."""
        self._count_of_events += 1
        if self._count_of_events > self._max_events:
            self.gave_up = True
            return
        if event.kind == Kind.AGENT_INIT.value:
            self._classifier.declared = {
                **declared_effects([event.payload.get("config")]),
                **self._classifier.declared,
            }
        elif event.kind == Kind.CAPABILITY_DENIED.value:
            self._denied.add(event.index - 1)
        elif event.kind == Kind.STATE_TRANSITION.value and event.payload.get("ops"):
            self._watch.note_change()
        elif event.kind == OUTCOME and self._outcome is None and event.payload.get("answer") is not None:
            self._outcome = event
        elif self._by_user.is_check(event):
            self._changes.note_possible_check(event.index)
        figures = self._figures.add_event(event)
        if figures and len(self._figures_marks) < _MAX_MARKS_OF_KIND:
            sentence = figure_sentence(event.index, figures)
            self._figures_marks.append(RunMark(MarkKind.FIGURES, sentence, (event.index,)))
        call = self._reader.read_event(event)
        if call is not None:
            self._tools.add_call(call)
            if call.response is not None:
                self._take_call(call)

    def tool_effects(self) -> dict[str, ToolEffects]:
        """Return the effects of each tool's calls, including unanswered ones; to be called once, at the end."""
        for call in self._reader.unanswered():
            self._tools.add_call(call)
        return {} if self.gave_up else self._tools.effects()

    def marks(self, log: EventLog | None = None) -> tuple[RunMark, ...]:
        """Return the marks of the processed events, in the order of their first events.

        `log`: is searched for the origin of the run's answer.
        """
        if self.gave_up:
            return ()
        marks = [*self._errors(), *self._loop_marks(), *self._figures_marks, *self._checks(), *self._answer(log)]
        return tuple(sorted(marks, key=lambda mark: mark.events[:1]))

    def _take_call(self, call: ToolCall) -> None:
        is_needless = self._known.add_call(call)
        if call.ok:
            again = Attempt(call)
            if self._failed and (tries := self._failed.get(again.of)):
                self._failed[again.of] = [failed for failed in tries if not failed.is_like(again)]
        elif call.ok is False and is_expected_to_succeed(call) and not is_needless:
            failed = Attempt(call)
            if len(self._failed[failed.of]) < _MAX_OPEN_FAILURES:
                self._failed[failed.of].append(failed)
        self._changes.add_call(call)
        self._count(call)

    def _count(self, call: ToolCall) -> None:
        """Count equal calls with equal answers."""
        key, times = self._watch.add_call(call)
        if times == 1:
            self._open.pop(key, None)
            if len(self._begun) < _MAX_CALLS:
                self._begun[key] = [call.request]
        elif times < LOOP_CALLS:
            self._begun.setdefault(key, []).append(call.request)
        elif key in self._open:
            loop = self._open[key]
            loop.times = times
            loop.events[len(loop.events) if len(loop.events) < _MAX_EVENTS_OF_MARK else -1 :] = [call.request]
        elif len(self._loops) < _MAX_MARKS_OF_KIND:
            self._open[key] = _Loop(call, times, [*self._begun.pop(key, ()), call.request])
            self._loops.append(self._open[key])

    def _errors(self) -> list[RunMark]:
        groups: defaultdict[tuple[str, str], list[Attempt]] = defaultdict(list)
        for failed in (failed for tries in self._failed.values() for failed in tries):
            shown = quoted(masked_answer(failure_text(failed.call)))  # no two marks read the same
            groups[failed.call.tool, shown].append(failed)
        marks = []
        for group in [*groups.values()][:_MAX_MARKS_OF_KIND]:
            first = group[0].call
            of_same = self._failed[group[0].of]
            tried = any(other.call.request > first.request and group[0].is_like(other) for other in of_same)
            answered = {
                "tool": one_line(first.tool, 60),
                "answer": failure_words(first),
                "at": event_words(first.request),
                "later": later_words(tried),
            }
            if len(of_same) >= _MAX_OPEN_FAILURES and len(group) > 1:  # not all calls are remembered
                sentence = trn(
                    "{tool} was answered {answer} {n} time or more ({at}), and {later}.",
                    "{tool} was answered {answer} {n} times or more ({at}), and {later}.",
                    len(group),
                    **answered,
                )
            else:
                sentence = trn(
                    "{tool} was answered {answer} ({at}), and {later}.",
                    "{tool} was answered {answer} {n} times ({at}), and {later}.",
                    len(group),
                    **answered,
                )
            marks.append(RunMark(MarkKind.ERROR, sentence, tuple(failed.call.request for failed in group)))
        return marks

    def _loop_marks(self) -> list[RunMark]:
        return [
            RunMark(
                MarkKind.LOOP,
                trn(
                    "{call} was called {n} time and answered the same ({first} to {last}).",
                    "{call} was called {n} times and answered the same ({first} to {last}).",
                    loop.times,
                    call=call_words(loop.call, 60),
                    first=event_words(loop.events[0]),
                    last=event_words(loop.events[-1]),
                ),
                tuple(loop.events),
            )
            for loop in self._loops
        ]

    def _checks(self) -> list[RunMark]:
        change, check = self._changes.last_change, self._changes.last_check
        if check is not None and check.is_failed_check and (change is None or check.request > change.request):
            place = {"at": event_words(check.request), "call": call_words(check, 60)}
            sentence = (
                tr("The last check was denied ({at}: {call}).", **place)
                if check.response in self._denied
                else tr("The last check failed ({at}: {call}).", **place)
            )
            return [RunMark(MarkKind.CHECK, sentence, (check.request,))]
        if change is None or not self._changes.lacks_check_after:
            return []
        place = {"at": event_words(change.request), "call": call_words(change, 60)}
        if check is not None:
            sentence = tr("No check was made after the last change ({at}: {call}).", **place)
            events = tuple(dict.fromkeys((change.request, check.request)))  # a text may have both kinds of marks
            return [RunMark(MarkKind.CHECK, sentence, events)]
        if edits_files(change) and self._changes.lacks_checks:
            sentence = tr("No check was made; the last change is {at}: {call}.", **place)
            return [RunMark(MarkKind.CHECK, sentence, (change.request,))]
        return []

    def _answer(self, log: EventLog | None) -> list[RunMark]:
        """Return a mark if an answer that the grader rejected differs from the target that it names."""
        if self._outcome is None or self._outcome.payload.get("passed") is True:
            return []
        answer, target = self._outcome.payload.get("answer"), self._outcome.payload.get("expected")
        wanted = [_plain(item) for item in (target if isinstance(target, list) else [target])]
        answered = _plain(answer)
        if target in (None, "", []) or is_patch(answer) or answered in wanted or not answered:
            return []
        folded = answered.casefold()
        texts = {"answer": quoted(answered), "target": quoted(wanted[0])}
        if any(folded == other.casefold() for other in wanted):
            sentence = tr("The answer is {answer}, the target {target}; they differ in capital letters alone.", **texts)
        elif any(_differs_in_one(folded, other.casefold()) for other in wanted):
            sentence = tr("The answer is {answer}, the target {target}; they differ in 1 character.", **texts)
        else:
            sentence = tr("The answer is {answer}, the target {target}.", **texts)
        events = [self._outcome.index]
        if log is not None and 4 <= len(answered) <= _MAX_ANSWER_CHARACTERS:
            place = FirstPlaces(log.source, log.offsets, log.__getitem__).find(answered)
            if place is not None:
                events.insert(0, place)
                sentence += f" {tr('The answer is first in {event}.', event=event_words(place))}"
        return [RunMark(MarkKind.ANSWER, sentence, tuple(events))]


def _plain(value: Any) -> str:
    return answer_text(value).strip()


def _differs_in_one(first: str, second: str) -> bool:
    """Whether two texts differ by one character that is added, removed or replaced."""
    if abs(len(first) - len(second)) > 1 or first == second:
        return False
    head = 0
    while head < min(len(first), len(second)) and first[head] == second[head]:
        head += 1
    return first[head + 1 :] in (second[head + 1 :], second[head:]) or first[head:] == second[head + 1 :]
