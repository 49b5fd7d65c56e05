"""The origin of a value in a run."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, TypeAlias

from replay_gui.core.log.positions import EventIndex

Side: TypeAlias = Literal["a", "b"]
"""One of the two runs."""


class OriginRole(StrEnum):
    """The first speaker of a value in a run."""

    USER = "user"
    ANSWER = "answer"  # a tool's answer, or what the agent observed
    AGENT = "agent"  # a message or a call of the agent


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """The first event of a run that contains a value; the set-up and data of graders are not searched.

    Attributes:
        side: the run. index, event_id: the event. value: as text. role: the speaker.
    """

    side: Side
    index: EventIndex
    event_id: str
    value: str
    role: OriginRole
