"""The facts that separate the runs that passed from those that failed, as a ranked list."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

from replay_gui.core.text.plain_text import one_line
from replay_gui.core.translation.messages import tr, trn
from replay_gui.core.translation.numbers import whole_number
from replay_gui.models.card_model import CardModel
from replay_gui.models.runs.runs_session import RunsSession

if TYPE_CHECKING:
    from replay_gui.core.contrast.separators import Separator

_MAX_CHARACTERS = 300  # characters of a text
_MAX_OTHER_FACTS = 3  # facts about the same runs that are listed


@dataclass(frozen=True, slots=True, kw_only=True)
class SeparatorItem:
    """One line of the list.

    Attributes:
        title: the fact. passing, failing: ``2 of 2 passing``; for versions, ``2 of 2 after`` and before.
        measures: p and chance. details: other facts about the same runs. by_version: whether versions are compared.
    """

    title: str
    passing: str
    failing: str
    measures: str
    details: str
    separator: Separator
    by_version: bool


class SeparatorList(CardModel[SeparatorItem]):
    """`item(row)` returns a SeparatorItem, the clearest first; `note`: a sentence on the reliability of the list."""

    def __init__(self, session: RunsSession, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.note = ""
        session.contrast_changed.connect(self._on_contrast_changed)

    @Slot()
    def _on_contrast_changed(self) -> None:
        contrasted = self._session.contrasted
        items = []
        if contrasted is not None:
            by_version = contrasted.by_version
            items = [_item(separator, by_version) for separator in contrasted.separation.separators]
        self.note = "" if contrasted is None else contrasted.separation.note
        if items != self._items:
            self._show_items(items)

    def words(self, item: SeparatorItem) -> str:
        """Return the fact, its numbers of runs, and its details."""
        return f"{item.title}: {item.passing}, {item.failing}. {item.measures}. {item.details}"


def _item(separator: Separator, by_version: bool) -> SeparatorItem:
    from replay_gui.core.contrast.features.feature_words import feature_words  # few need them
    from replay_gui.core.contrast.statistics import p_words

    words = feature_words(separator.feature)
    measures = [p_words(separator.p)]
    if separator.stratified is not None:
        measures.append(trn("within {n} task", "within {n} tasks", separator.stratified.tasks))
    if separator.significant:
        measures.append(tr("significant"))
    if separator.by_chance is not None:
        measures.append(tr("as clear by chance in {chance}", chance=separator.by_chance.words))
    passing, failing = (_counts(group.having, group.of) for group in (separator.passing, separator.failing))
    return SeparatorItem(
        title=one_line(f"{words[:1].upper()}{words[1:]}", _MAX_CHARACTERS),
        passing=tr("{runs} after", runs=passing) if by_version else tr("{runs} passing", runs=passing),
        failing=tr("{runs} before", runs=failing) if by_version else tr("{runs} failing", runs=failing),
        measures=" · ".join(measures),
        details=_also(separator),
        separator=separator,
        by_version=by_version,
    )


def _counts(having: int, of: int) -> str:
    return tr("{number} of {count}", number=whole_number(having), count=whole_number(of))


def _also(separator: Separator) -> str:
    if not separator.also_count:
        return ""
    named = "; ".join(separator.also[:_MAX_OTHER_FACTS])
    hidden = separator.also_count - min(len(separator.also), _MAX_OTHER_FACTS)
    if hidden:
        named = trn("{facts}; and {n} more", "{facts}; and {n} more", hidden, facts=named)
    return one_line(tr("The same runs also {facts}", facts=named), _MAX_CHARACTERS)
