"""The origin of a value of the state: the event that wrote it, its causes, and the first event with the value.

Links by ids are certain: an event names the event that caused it. An earlier event with an equal text is only a
possible origin, unless it is one of these causes; texts that are short or common are not searched.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice
from typing import Any

from replay_gui.core.effects.call_values import is_rare_value, value_text
from replay_gui.core.log.event import Event
from replay_gui.core.log.positions import EventIndex
from replay_gui.core.reasons.event_texts import role_of
from replay_gui.core.reasons.evidence.first_places import FirstPlaces
from replay_gui.core.reasons.origin import OriginRole
from replay_gui.core.state.state import LISTS, MAPS, leaves

MAX_TEXT_CHARACTERS = 200  # of a text that are searched for; of a longer text its beginning
MAX_TEXTS = 5
_MAX_LEAVES = 400  # parts of a value that are examined
_MAX_CAUSES = 12


class StepLink(StrEnum):
    """The link between a step and the value."""

    WRITER = "writer"  # it wrote the value
    CAUSE = "cause"  # it caused the step after it
    FIRST = "first"  # it is the first event that contains the value


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueStep:
    """One step in the history of a value.

    Attributes:
        index: of the event. link: the kind of link. role: who speaks there; None for the set-up.
        certain: whether ids prove the link; otherwise only a text is equal. text: the text that first occurs here.
    """

    index: EventIndex
    link: StepLink
    role: OriginRole | None
    certain: bool
    text: str = ""


def traced_texts(value: Any) -> list[str]:
    """Return the texts to search for a value, at most MAX_TEXTS; [] for a short or common value."""
    texts: dict[str, None] = {}
    for leaf in islice(_scalars(value), _MAX_LEAVES):
        if isinstance(leaf, str) and len(leaf) > MAX_TEXT_CHARACTERS:
            leaf = leaf[:MAX_TEXT_CHARACTERS].rpartition(" ")[0] or leaf[:MAX_TEXT_CHARACTERS]
        if is_rare_value(leaf):
            texts[value_text(leaf)] = None
    return list(texts)[:MAX_TEXTS]


def value_origin(
    event_at: Callable[[EventIndex], Event], places: FirstPlaces, writer: EventIndex, texts: Sequence[str]
) -> list[ValueStep]:
    """Return the steps from the writer back, the latest first; `texts`: the result of `traced_texts`."""
    written = event_at(writer)
    causes = [written, *islice(_causes(event_at, written), _MAX_CAUSES)]
    places.find_all(texts)
    first_texts: dict[EventIndex, str] = {}
    for text in texts:
        place = places.find(text)
        if place is not None and place <= writer:
            first_texts.setdefault(place, text)
    steps = [
        ValueStep(
            index=event.index,
            link=StepLink.CAUSE if number else StepLink.WRITER,
            role=role_of(event),
            certain=True,
            text=first_texts.pop(event.index, ""),
        )
        for number, event in enumerate(causes)
    ]
    firsts = (
        ValueStep(index=index, link=StepLink.FIRST, role=role_of(event_at(index)), certain=False, text=text)
        for index, text in first_texts.items()
    )
    return sorted([*steps, *firsts], key=lambda step: -step.index)


def _causes(event_at: Callable[[EventIndex], Event], event: Event) -> Iterator[Event]:
    """Yield the chain of causes of an event, the direct cause first, up to a message of the user."""
    while event.parent is not None and event.parent < event.index and role_of(event) is not OriginRole.USER:
        cause = event_at(EventIndex(event.parent))
        if cause.seq != event.parent:  # a damaged log
            return
        yield cause
        event = cause


def _scalars(value: Any) -> Iterator[Any]:
    if isinstance(value, MAPS + LISTS):
        yield from (leaf for _, leaf in leaves(value))
    else:
        yield value
