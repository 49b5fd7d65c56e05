"""Checks that the user ran within a run: ``! pytest`` in Claude Code, ``/run pytest`` in Aider. They are no calls."""

from __future__ import annotations

import re

from replay_gui.core.effects.shell_effects import ShellEffects
from replay_gui.core.log.event import Event
from replay_gui.core.log.kinds import Kind
from replay_gui.core.log.positions import EventIndex
from replay_gui.core.reasons.evidence.run_account import RunAccount

_MAX_OBSERVATIONS = 2_000  # last ones of a run that are examined
_SHELL_COMMAND = re.compile(r"\s*(?:!|/run\b)\s*(\S.*)", re.DOTALL)
_TEST_COMMAND = re.compile(r"\s*/test\b")


class UserCheckReader:
    """Tells which events are checks of the user."""

    def __init__(self) -> None:
        self._shell: ShellEffects | None = None

    def is_check(self, event: Event) -> bool:
        """Whether an event is a command of the user that checks something."""
        payload = event.payload
        if event.kind != Kind.OBSERVATION.value or payload.get("obs_type") != "command":
            return False
        text = payload.get("data")
        if payload.get("source") != "user" or not isinstance(text, str):
            return False
        command = _SHELL_COMMAND.match(text)
        if command is None:
            return _TEST_COMMAND.match(text) is not None
        if self._shell is None:
            self._shell = ShellEffects()
        return self._shell.checks(command[1])


def last_user_check(run: RunAccount) -> EventIndex | None:
    """Return the last command of the user that checks something; None if there is none."""
    reader = UserCheckReader()
    indexes = reversed(run.indexes_of(Kind.OBSERVATION.value)[-_MAX_OBSERVATIONS:])
    return next((index for index in indexes if reader.is_check(run.event(index))), None)
