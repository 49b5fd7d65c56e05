"""What the calls of the open run do, as a call and the set-up of its run tell. Used on the engine thread alone."""

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
        log: the log of the run. corrected: the effects of tools by name, as rules of the user say.
    """

    def __init__(self, log: EventLog) -> None:
        self.corrected: Mapping[str, Effect] = {}
        self.log = log
        self._classifier: EffectClassifier | None = None

    def correct(self, effects: Mapping[str, Effect]) -> None:
        """Take these effects of tools for what they do."""
        self.corrected = effects
        if self._classifier is not None:
            self._classifier.corrected = effects

    def finding(self, event: Event) -> EffectFinding | None:
        """Return what a call does; None for an event that is no call, or cannot be read."""
        if event.kind != Kind.TOOL_REQUEST or event.problem is not None or event.tool is None:
            return None
        if self._classifier is None:
            self._classifier = self._make_classifier()
        return self._classifier.find(event.tool, event.payload.get("input"), event.payload.get("capabilities"))

    def _make_classifier(self) -> EffectClassifier:
        from replay_gui.core.effects.classifier import EffectClassifier  # parsers, which the first window needs not
        from replay_gui.core.effects.declarations import declared_effects

        try:
            first = self.log[EventIndex(0)]
        except ReplayError:
            return EffectClassifier(self.corrected)
        is_set_up = first.problem is None and first.kind == Kind.AGENT_INIT
        declared = declared_effects([first.payload.get("config")] if is_set_up else [])
        return EffectClassifier(self.corrected, declared)
