"""Why one run failed, or the differences: the reasons, and below them the differences left out."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt, Signal, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from replay_gui.core.text.plain_text import one_line
from replay_gui.core.translation.messages import tr, translatable
from replay_gui.engine.comparison.why_answers import ReasonsProgress
from replay_gui.look.icons import icon
from replay_gui.look.theme import GAP, UNIT, set_role, theme_events
from replay_gui.models.comparison.comparison_words import first_difference_words
from replay_gui.models.why.reason_cards import ReasonCards
from replay_gui.models.why.why_session import WhySession
from replay_gui.models.why.why_words import count_words, headline, left_out_words, same_words, set_aside_lines
from replay_gui.widgets.comparison.rule_file_prompt import RuleFilePrompt
from replay_gui.widgets.comparison.rule_menu import RuleMenu
from replay_gui.widgets.parts.dimmer import Dimmer
from replay_gui.widgets.parts.panel import Panel
from replay_gui.widgets.parts.text.plain_label import PlainLabel
from replay_gui.widgets.why.reason_view import ReasonView

_TITLE = translatable("Why")
_MAX_LINE_CHARACTERS = 300  # of the line about differences left out


class WhyPanel(Panel):
    """A click on a card chooses the reason; on an event number it goes to the event; a right click opens the rules.

    `view`: the cards. `foot`: the line below, which unfolds.
    """

    def __init__(self, session: WhySession, parent: QWidget | None = None) -> None:
        super().__init__(tr(_TITLE), parent)
        self._session = session
        self.cards = ReasonCards(session, self)
        self.add_part(RuleFilePrompt(session.comparison.rules, self))
        self.view = ReasonView(session, self.cards, self)
        self._dimmer = Dimmer(self.view)
        self.foot = SetAsideFooter(self)
        self.add_part(self.view, 1)
        self.add_part(self.foot)
        self.setFocusProxy(self.view)
        self.view.menu_wanted.connect(self._on_menu_wanted)
        session.changed.connect(self._refresh)
        session.comparison.progress_changed.connect(self._refresh)
        session.comparison.first_difference_seen.connect(self._refresh)
        self._refresh()

    @Slot()
    def _refresh(self) -> None:
        session, why = self._session, self._session.result
        self.set_title(tr(_TITLE) if why is None else headline(why))
        self.set_note("" if why is None else count_words(why))
        self.foot.setVisible(why is not None and bool(why.reasons))
        if why is not None:
            self.foot.show_words(session.problem or left_out_words(why), set_aside_lines(why))
            self.view.hint = same_words(why)
        else:
            self.view.hint = session.problem or self._waiting_words()
        self._dimmer.set_dimmed(why is not None and not session.fresh)
        self.view.viewport().update()

    def _waiting_words(self) -> str:
        comparison = self._session.comparison
        if not comparison.fresh:
            if not comparison.working:
                return tr("The runs are not compared.")
            return first_difference_words(comparison.first_difference) + tr("The runs are being compared.")
        match self._session.search:
            case ReasonsProgress(done, total) if total:
                return tr("Looking for reasons… {percent} %", percent=min(done * 100 // total, 99))
            case _:
                return tr("Looking for reasons…")

    @Slot(int, QPoint)
    def _on_menu_wanted(self, row: int, at: QPoint) -> None:
        self.reason_menu(row).popup(at)

    def reason_menu(self, row: int) -> RuleMenu:
        """Return the menu of a reason: rules that ignore it, and the effect of its tool."""
        menu = RuleMenu(self._session.comparison.rules, self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        reason = self.cards.reason(row)
        menu.offer_reason(reason)
        if reason.tool is not None:
            menu.offer_effect(reason.tool, None)
        return menu


class SetAsideFooter(QFrame):
    """One line about the differences left out; a click lists them. Signals: toggled(bool): whether it is unfolded."""

    toggled = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(tr("Differences left out"))
        self._words = PlainLabel()
        self._words.setWordWrap(True)
        set_role(self._words, "secondary")
        self.button = QToolButton()
        self.button.setCheckable(True)
        self.button.setAccessibleName(tr("Show the differences left out"))
        set_role(self.button, "secondary")
        self.lines = PlainLabel()
        self.lines.setWordWrap(True)
        set_role(self.lines, "secondary")
        self.lines.hide()
        row = QHBoxLayout()
        row.addWidget(self._words, 1)
        row.addWidget(self.button)
        column = QVBoxLayout(self)
        column.setContentsMargins(GAP + UNIT, UNIT, GAP, UNIT)
        column.setSpacing(UNIT)
        column.addLayout(row)
        column.addWidget(self.lines)
        self.button.toggled.connect(self._on_toggled)
        theme_events().changed.connect(self._set_icon)
        self._set_icon()

    @property
    def text(self) -> str:
        """The text of the line."""
        return self._words.text()

    def show_words(self, words: str, lines: tuple[str, ...]) -> None:
        """Set the line, and the lines that are shown when it is unfolded."""
        self._words.setText(words)
        self.lines.setText("\n".join(one_line(line, _MAX_LINE_CHARACTERS) for line in lines))

    @Slot(bool)
    def _on_toggled(self, on: bool) -> None:
        self.lines.setVisible(on)
        self._set_icon()
        self.toggled.emit(on)

    @Slot()
    def _set_icon(self) -> None:
        self.button.setIcon(icon("chevron-down" if self.button.isChecked() else "chevron-right"))
