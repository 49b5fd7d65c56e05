"""When the marks of a run are asked for, and what is shown of them."""

from __future__ import annotations

from typing import Any

from replay_gui.core.effects.effect import BY_RULE, Effect
from replay_gui.core.effects.tool_effects import ToolEffects
from replay_gui.core.log.positions import EventIndex
from replay_gui.core.reasons.marks.run_mark import MarkKind, RunMark
from replay_gui.engine.marks_answer import EffectsCorrected, MarksFound
from replay_gui.engine.requests import CorrectEffects, FindMarks
from replay_gui.models.run.run_marks import RunMarks
from replay_gui.models.timeline.timeline_scene import NO_MARKS

LOOP = RunMark(MarkKind.LOOP, "again", (EventIndex(3), EventIndex(5)))
CHECK = RunMark(MarkKind.CHECK, "none", (EventIndex(5),))
FOUND = MarksFound(marks=(LOOP, CHECK), effects={"zap": ToolEffects({Effect.UNKNOWN: 2, Effect.READS: 1})})


class Asked:
    def __init__(self) -> None:
        self._bodies: list[Any] = []
        self.marks = RunMarks(lambda _key, body: self._bodies.append(body))
        self.wanted = 0
        self.marks.rules_wanted.connect(self._on_wanted)
        self.marks.forget()

    def _on_wanted(self) -> None:
        self.wanted += 1

    def sent(self) -> list[Any]:
        bodies, self._bodies = self._bodies, []
        return bodies


def test_marks_are_asked_for_once_the_run_is_read_and_its_rules_are_known(qapp: object) -> None:
    asked = Asked()
    asked.marks.on_read()
    asked.marks.on_read()
    assert (asked.wanted, asked.sent()) == (1, [])
    asked.marks.use_rules({})
    assert asked.sent() == [FindMarks()]
    asked.marks.use_rules({})
    assert asked.sent() == []
    assert asked.marks.working
    asked.marks.on_answer(FOUND)
    assert not asked.marks.working
    assert asked.marks.shown == (LOOP, CHECK)


def test_corrections_are_told_before_marks_are_looked_for(qapp: object) -> None:
    asked = Asked()
    asked.marks.use_rules({"zap": Effect.READS})
    asked.marks.on_read()
    assert asked.sent() == [CorrectEffects({"zap": Effect.READS}), FindMarks()]
    asked.marks.on_answer(FOUND)
    assert asked.marks.effects["zap"] == ToolEffects({Effect.READS: 3}, BY_RULE)
    asked.marks.use_rules({})
    assert asked.sent() == [CorrectEffects({})]
    asked.marks.on_answer(EffectsCorrected())
    assert asked.sent() == [FindMarks()]
    assert asked.marks.effects == FOUND.effects


def test_kinds_are_switched_off(qapp: object) -> None:
    asked = Asked()
    asked.marks.show(FOUND)
    assert asked.marks.at(EventIndex(5)) == [LOOP, CHECK]
    assert asked.marks.between(4, 6) == [LOOP, CHECK]
    assert asked.marks.on_timeline(NO_MARKS).run_marks.tolist() == [3, 5]
    asked.marks.hide([MarkKind.LOOP])
    assert asked.marks.shown == (CHECK,)
    assert asked.marks.between(0, 5) == []
    assert asked.marks.on_timeline(NO_MARKS).run_marks.tolist() == [5]
