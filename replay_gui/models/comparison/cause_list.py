"""The causes of the differences as a ranked list: certain ones, possible ones, then ignored ones."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

from PySide6.QtCore import QObject, Slot

from replay_gui.core.divergence.causes.explanations import DETAILS_SEPARATOR
from replay_gui.core.divergence.comparison import Cause, Comparison
from replay_gui.core.text.plain_text import one_line
from replay_gui.core.translation.messages import tr, trn
from replay_gui.models.card_model import CardModel
from replay_gui.models.comparison.comparison_session import ComparisonSession
from replay_gui.models.comparison.comparison_words import rule_words

MAX_CAUSES = 100  # causes that are listed
_MAX_CHARACTERS = 400  # of a text


class CauseCategory(Enum):
    """A group of causes in the list."""

    CERTAIN = auto()
    POSSIBLE = auto()
    IGNORED = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class CauseItem:
    """One card. `number`: its rank, from 1. title, body, follow: its three texts. cause: None if a rule ignores it.

    `rule_number`: among the rules, of the one that ignores it, else None.
    """

    category: CauseCategory
    number: int
    title: str
    body: str
    follow: str
    cause: Cause | None = None
    rule_number: int | None = None


class CauseList(CardModel[CauseItem]):
    """`item(row)` returns a CauseItem. The list stays until the next comparison arrives."""

    def __init__(self, session: ComparisonSession, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        session.compared_changed.connect(self._on_compared_changed)

    def row_of(self, cause: int) -> int:
        """Return the row of a cause, given its index in the comparison; -1 if there is none."""
        comparison = self._session.comparison
        if comparison is None or not 0 <= cause < len(comparison.causes):
            return -1
        wanted = comparison.causes[cause]
        return next((row for row, item in enumerate(self._items) if item.cause is wanted), -1)

    @Slot()
    def _on_compared_changed(self) -> None:
        comparison = self._session.comparison
        if comparison is not None and not self._session.fresh:
            return
        self._show_items([] if comparison is None else [*_causes(comparison), *self._rule_items(comparison)])

    def _rule_items(self, comparison: Comparison) -> list[CauseItem]:
        first = min(len(comparison.causes), MAX_CAUSES + 1) + 1
        ignored = {tool.tool: tool.ignored for tool in comparison.tools}
        items: list[CauseItem] = []
        for rule_number, entry in enumerate(self._session.rules.entries):
            if entry.on:
                title, body = rule_words(entry.rule)
                count = ignored.get(entry.rule.tool or "", 0)
                words = trn("{rule} · {n} ignored", "{rule} · {n} ignored", count, rule=body) if count else body
                items.append(
                    CauseItem(
                        category=CauseCategory.IGNORED,
                        number=first + len(items),
                        title=title,
                        body=words,
                        follow="",
                        rule_number=rule_number,
                    )
                )
        return items

    def words(self, item: CauseItem) -> str:
        """Return rank, title, and the text below it."""
        return ". ".join(text for text in (f"{item.number} {item.title}", item.body, item.follow) if text)


def _causes(comparison: Comparison) -> list[CauseItem]:
    causes = comparison.causes
    items = [_item(number, causes[which]) for number, which in enumerate(comparison.ranked[:MAX_CAUSES], 1)]
    if len(causes) > MAX_CAUSES:
        more = trn("{n} more cause", "{n} more causes", len(causes) - MAX_CAUSES)
        items.append(
            CauseItem(
                category=CauseCategory.IGNORED,
                number=MAX_CAUSES + 1,
                title=more,
                body=tr("F8 goes from divergence to divergence."),
                follow="",
            )
        )
    return items


def _item(number: int, cause: Cause) -> CauseItem:
    title, _, details = cause.explanation.partition(DETAILS_SEPARATOR)
    parts = [one_line(details, _MAX_CHARACTERS)] if details else []
    if cause.suppressed:
        parts.append(trn("{n} like it ignored", "{n} like it ignored", cause.suppressed))
    follow = ""
    if cause.consequences:
        follow = trn("{n} divergence follows", "{n} divergences follow", cause.consequences)
    sort = CauseCategory.CERTAIN if cause.certain else CauseCategory.POSSIBLE
    return CauseItem(
        category=sort,
        number=number,
        title=one_line(title, _MAX_CHARACTERS),
        body=" · ".join(parts),
        follow=follow,
        cause=cause,
    )
