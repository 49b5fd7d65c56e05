"""The reasons as a list of cards: the difference in bold, its origin below, every event number a link."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QObject, Slot

from replay_gui.core.reasons.reason import Reason, Tier
from replay_gui.core.text.plain_text import one_line
from replay_gui.core.translation.messages import tr
from replay_gui.models.card_model import CardModel
from replay_gui.models.why.event_links import EventLink, LinkFinder
from replay_gui.models.why.why_session import WhySession
from replay_gui.models.why.why_words import CHIP_WORDS, KIND_WORDS

MAX_REASONS = 100  # that are listed
_MAX_SENTENCE, _MAX_DETAILS = 300, 600  # characters
_HEAVY = (Tier.ACTION, Tier.RESULT)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReasonItem:
    """One card.

    Attributes:
        number: its rank, from 1. title, body: its texts. title_links, body_links: in them.
        chips: words below them. heavy: whether it is about an action or a result.
    """

    number: int
    title: str
    body: str
    title_links: tuple[EventLink, ...]
    body_links: tuple[EventLink, ...]
    chips: tuple[str, ...]
    heavy: bool

    @property
    def links(self) -> tuple[EventLink, ...]:
        """All links, in reading order."""
        return (*self.title_links, *self.body_links)


class ReasonCards(CardModel[ReasonItem]):
    """`item(row)` returns a ReasonItem. The list stays until the next one arrives."""

    def __init__(self, session: WhySession, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        session.changed.connect(self._on_changed)
        self._on_changed()

    def reason(self, row: int) -> Reason:
        """The reason at a row."""
        assert self._session.result is not None
        return self._session.result.reasons[row]

    @Slot()
    def _on_changed(self) -> None:
        why = self._session.result
        if why is not None and not self._session.fresh:
            return
        comparison = self._session.comparison
        counts = comparison.a.index.count, comparison.b.index.count
        items: list[ReasonItem] = []
        if why is not None:
            listed = enumerate(why.reasons[:MAX_REASONS], 1)
            items = [_item(number, reason, LinkFinder(why, reason, counts)) for number, reason in listed]
        self._show_items(items)

    def words(self, item: ReasonItem) -> str:
        """Return rank, title, origin and chips."""
        return ". ".join(text.rstrip(".") for text in (f"{item.number} {item.title}", item.body, *item.chips) if text)


def _item(number: int, reason: Reason, links: LinkFinder) -> ReasonItem:
    title = one_line(reason.sentence, _MAX_SENTENCE)
    body = one_line(" ".join(reason.details), _MAX_DETAILS)
    chips = [tr(KIND_WORDS[reason.kind])]
    found = CHIP_WORDS.get(reason.chip)
    led_there = one_line(reason.chip, _MAX_SENTENCE) if found is None else tr(found)
    if led_there and led_there not in chips:
        chips.append(led_there)
    if not reason.certain:
        chips.append(tr("effect not certain"))
    return ReasonItem(
        number=number,
        title=title,
        body=body,
        title_links=links.find(title),
        body_links=links.find(body),
        chips=tuple(chips),
        heavy=reason.tier in _HEAVY,
    )
