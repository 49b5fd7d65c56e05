"""What went wrong inside one run: errors that it did not get over, loops, checks that failed or were not made."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from replay_gui.core.effects.answers import masked_answer
from replay_gui.core.effects.call_values import likeness
from replay_gui.core.effects.effect import Effect
from replay_gui.core.effects.tool_call import ToolCall
from replay_gui.core.effects.tool_names import runs_code
from replay_gui.core.log.chain import digest

LOOP_CALLS = 3  # equal calls with equal answers that make a loop
ALIKE = 0.3  # likeness of inputs from which a later call is another try
_MAX_FAILED = 200  # failed calls that are looked at
_SCRATCH = ("/tmp/", "/var/tmp/", "/dev/", "tmp/")  # targets whose change needs no check


@dataclass(frozen=True, slots=True)
class Loop:
    """A call that was made again and again with the same answer: its first and last call, and how many times."""

    first: ToolCall
    last: ToolCall
    times: int


@dataclass(frozen=True, slots=True)
class Checks:
    """The last change and the checks of a run.

    Attributes:
        last_change: the last call that changed something outside scratch folders; None if there is none.
        last_check: the last check; None if there is none. after_change: whether it came after the last change.
    """

    last_change: ToolCall | None
    last_check: ToolCall | None

    @property
    def after_change(self) -> bool:
        """Whether the last check came after the last change."""
        if self.last_check is None or self.last_change is None:
            return False
        return self.last_check.request > self.last_change.request


def errors_not_got_over(calls: Sequence[ToolCall]) -> list[ToolCall]:
    """Return the calls that failed, and after which no call of that tool with similar input succeeded.

    Commands and code are left out: many fail to say no, as grep does where it finds nothing, and of several commands
    in one text it is not known which failed.
    """
    later: defaultdict[str, list[ToolCall]] = defaultdict(list)
    errors, looked = [], 0
    for call in reversed(calls):
        if call.ok:
            later[call.tool].append(call)
        elif call.ok is False and looked < _MAX_FAILED and is_to_succeed(call):
            looked += 1
            tries = later[call.tool][-_MAX_FAILED:]
            if not any(again.key == call.key or likeness(again, call) >= ALIKE for again in tries):
                errors.append(call)
    return errors[::-1]


def loops(calls: Sequence[ToolCall]) -> list[Loop]:
    """Return the loops of a run, by their first call."""
    groups: defaultdict[tuple[bytes, bytes], list[ToolCall]] = defaultdict(list)
    for call in calls:
        if call.response is not None:
            groups[call.key, digest(masked_answer(call.answer).encode("utf-8", "replace"))].append(call)
    loops_found = [Loop(group[0], group[-1], len(group)) for group in groups.values() if len(group) >= LOOP_CALLS]
    return sorted(loops_found, key=lambda loop: loop.first.request)


def last_checks(calls: Sequence[ToolCall]) -> Checks:
    """Return the last change and the last check."""
    changes = [call for call in calls if call.changed and not is_scratch(call)]
    checks = [call for call in calls if call.effect is Effect.CHECKS]
    return Checks(changes[-1] if changes else None, checks[-1] if checks else None)


def is_to_succeed(call: ToolCall) -> bool:
    """Whether an error answer means that something was not done; a command may fail to say no."""
    return not runs_code(call.tool)


def is_scratch(call: ToolCall) -> bool:
    """Whether a call changes nothing but scratch files."""
    return bool(call.targets) and all(target.startswith(_SCRATCH) for target in call.targets)
