"""The effects of the open run's calls, found from the calls and the set-up. Used on the engine thread alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from replay_gui.core.errors import ReplayError
from replay_gui.core.log.event import Event
from replay_gui.core.log.kinds import Kind
from replay_gui.core.log.log_reader import EventLog
from replay_gui.core.log.positions import EventIndex

if TYPE_CHECKING:
    from replay_gui.core.effects.classifier import EffectClassifier
    from replay_gui.core.effects.effect import Effect, EffectFinding


class RunEffects:
    """Finds the effects of calls, each when it is shown.

    Attributes:
        corrected: the effects of tools by name, from the user's rules.
    """

    def __init__(self, log: EventLog) -> None:
        self.corrected: Mapping[str, Effect] = {}
        self._log = log
        self._classifier: EffectClassifier | None = None

    def correct(self, effects: Mapping[str, Effect]) -> None:
        """Use these effects of tools from now on."""
        self.corrected = effects
        if self._classifier is not None:
            self._classifier.corrected = effects

    def use_log(self, log: EventLog) -> None:
        """Use the declarations of this log's set-up from now on: the run was imported again, or its log was moved."""
        self._log = log
        if self._classifier is not None:
            self._classifier.declared = self._declared()

    def finding(self, event: Event) -> EffectFinding | None:
        """Return the effect of a call; None for an event that is not a call, or cannot be read."""
        if event.kind != Kind.TOOL_REQUEST or event.problem is not None or event.tool is None:
            return None
        if self._classifier is None:
            from replay_gui.core.effects.classifier import EffectClassifier  # parsers; the first window needs none

            self._classifier = EffectClassifier(self.corrected, self._declared())
        return self._classifier.find(event.tool, event.payload.get("input"), event.payload.get("capabilities"))

    def _declared(self) -> Mapping[str, EffectFinding]:
        from replay_gui.core.effects.declarations import declared_effects  # see `finding`

        try:
            first = self._log[EventIndex(0)]
        except ReplayError:
            return {}
        is_set_up = first.problem is None and first.kind == Kind.AGENT_INIT
        return declared_effects([first.payload.get("config")] if is_set_up else [])
