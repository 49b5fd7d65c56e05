"""The marks of one run and the effects of its tools, as the window shows them; the user's rules correct effects."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, assert_never

from PySide6.QtCore import QObject, Signal, Slot

from replay_gui.core.effects.effect import BY_RULE, Effect
from replay_gui.core.log.positions import EventIndex
from replay_gui.core.numpy_on_demand import np
from replay_gui.core.reasons.marks.run_mark import MarkKind, RunMark
from replay_gui.engine.marks_answer import EffectsCorrected, MarksFound
from replay_gui.engine.requests import CorrectEffects, FindMarks
from replay_gui.models.timeline.timeline_marks import TimelineMarks

if TYPE_CHECKING:
    from replay_gui.core.effects.tool_effects import ToolEffects


class RunMarks(QObject):
    """The marks of the open run of one session. The search begins once the run is read and the rules are known.

    Attributes:
        found: the marks, or None while they are not known.
        noted: marks for the notes on the run. hidden: the kinds of marks that are switched off.
        corrected: the effects of tools by name, from the rules; None while these are not known.

    Signals:
        changed(): `found`, `noted`, `hidden` or `corrected` has changed.
        effects_changed(): the engine uses other rules for effects from now on.
        rules_wanted(): the run is read, and its rules are not known: call `use_rules`.
        correction_made(str, object): the user corrects the effect of a tool (an Effect), or ends this (None).
    """

    changed = Signal()
    effects_changed = Signal()
    rules_wanted = Signal()
    correction_made = Signal(str, object)

    def __init__(self, send: Callable[[str, FindMarks | CorrectEffects], None], parent: QObject | None = None) -> None:
        """`send`: sends a request about the open run, by a key."""
        super().__init__(parent)
        self._send = send
        self.found: MarksFound | None = None
        self.noted: tuple[RunMark, ...] = ()
        self.hidden: frozenset[MarkKind] = frozenset()
        self.corrected: Mapping[str, Effect] | None = None
        self._is_read = False
        self._at: dict[EventIndex, list[RunMark]] = {}
        self._indexes: list[EventIndex] = []  # of the marked events, ascending

    @property
    def working(self) -> bool:
        """Whether the run is read, and its marks are not known yet."""
        return self._is_read and self.found is None

    # ---- shown marks ------------------------------------------------------------------------------
    @property
    def shown(self) -> tuple[RunMark, ...]:
        """The marks of the kinds that are not switched off."""
        return tuple(mark for mark in self.known if mark.kind not in self.hidden)

    @property
    def known(self) -> tuple[RunMark, ...]:
        """All marks: those of the notes, then those that were found."""
        return (*self.noted, *(() if self.found is None else self.found.marks))

    @property
    def effects(self) -> Mapping[str, ToolEffects]:
        """The effects of tools by name, from the rules, else as found; empty while they are not known."""
        from replay_gui.core.effects.tool_effects import ToolEffects  # the first window does not need it

        found, corrected = {} if self.found is None else self.found.effects, self.corrected or {}
        by_rule = {
            tool: ToolEffects({corrected[tool]: sum(effects.counts.values())}, BY_RULE)
            for tool, effects in found.items()
            if tool in corrected
        }
        return {**found, **by_rule}

    def at(self, event_index: EventIndex) -> list[RunMark]:
        """Return the shown marks of an event."""
        return self._at.get(event_index, [])

    def between(self, first: float, last: float) -> list[RunMark]:
        """Return the marks of the events from one position to another, each once."""
        begin = bisect_left(self._indexes, math.ceil(first) - 1)
        near = self._indexes[begin : bisect_left(self._indexes, math.floor(last))]
        return list(dict.fromkeys(mark for event_index in near for mark in self._at[event_index]))

    def on_timeline(self, marks: TimelineMarks) -> TimelineMarks:
        """Return these marks of a timeline, with those of the run and the effects of its tools added."""
        return replace(self.notes_on(marks), run_marks=np.array(self._indexes, np.int64), tool_effects=self.effects)

    def notes_on(self, marks: TimelineMarks) -> TimelineMarks:
        """Return these marks of a timeline, with the notes on the run added."""
        notes = [mark for mark in self.shown if mark.kind is MarkKind.NOTE]
        ranges = [(mark.events[0], mark.events[-1]) for mark in notes if len(mark.events) > 1]
        return replace(
            marks,
            notes=np.array(sorted({event for mark in notes for event in mark.events}), np.int64),
            noted_ranges=np.array(sorted(ranges), np.int64).reshape(-1, 2),
        )

    def set_notes(self, noted: Iterable[RunMark]) -> None:
        """Show these marks for the notes on the run."""
        before, self.noted = self.noted, tuple(noted)
        if self.noted != before:
            self._emit_changed()

    def hide(self, kinds: Iterable[MarkKind]) -> None:
        """Switch these kinds of marks off, and all others on."""
        self.hidden = frozenset(kinds)
        self._emit_changed()

    # ---- the run and its rules ----------------------------------------------------------------------
    def forget(self) -> None:
        """Forget all marks, because another run is open, or none."""
        self.found, self.corrected, self._is_read = None, None, False
        self._emit_changed()

    @Slot()
    def keep_until_read(self) -> None:
        """Keep the marks found so far until `on_read` is called again, because the run has grown."""
        self._is_read = False

    def on_read(self) -> None:
        """Search the run for marks: it is read to its end, and no other run is being read."""
        if self._is_read:
            return
        self._is_read = True
        if self.corrected is None:
            self.rules_wanted.emit()
        else:
            self._request(FindMarks())

    def use_rules(self, corrected: Mapping[str, Effect]) -> None:
        """Use these effects of tools, by name."""
        before, self.corrected = self.corrected, corrected
        if corrected != (before or {}):
            self._request(CorrectEffects(dict(corrected)))  # its answer leads to a search for marks
        elif before is None and self._is_read:
            self._request(FindMarks())

    def correct(self, tool: str, effect: Effect | None) -> None:
        """Correct the effect of a tool by a rule of the user; None: use the effect that was found."""
        self.correction_made.emit(tool, effect)

    # ---- answers ----------------------------------------------------------------------------------
    def on_answer(self, answer: MarksFound | EffectsCorrected) -> None:
        """Handle an answer about the open run."""
        match answer:
            case MarksFound():
                self.show(answer)
            case EffectsCorrected():
                self.effects_changed.emit()
                if self._is_read:
                    self._request(FindMarks())
            case _:
                assert_never(answer)

    def show(self, found: MarksFound) -> None:
        """Show the marks that were found."""
        self.found = found
        self._emit_changed()

    def _request(self, body: FindMarks | CorrectEffects) -> None:
        self._send(type(body).__name__, body)

    def _emit_changed(self) -> None:
        at: defaultdict[EventIndex, list[RunMark]] = defaultdict(list)
        for mark in self.shown:
            for event_index in mark.events:
                at[event_index].append(mark)
        self._at, self._indexes = dict(at), sorted(at)
        self.changed.emit()
