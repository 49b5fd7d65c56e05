"""The button to choose the fact by which runs are grouped."""

from __future__ import annotations

from PySide6.QtCore import Slot
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu, QToolButton, QWidget

from replay_gui.core.facts.fact_names import SET_UP, fact_name
from replay_gui.core.text.plain_text import one_line
from replay_gui.core.translation.messages import tr
from replay_gui.models.mnemonics import escape_mnemonics
from replay_gui.models.runs.runs_session import RunsSession

_MAX_NAME_CHARACTERS = 60


class GroupByButton(QToolButton):
    """Its menu lists the facts by which the session's runs can be grouped. Attributes: list: the menu."""

    def __init__(self, session: RunsSession, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.list = QMenu(self)
        self.setMenu(self.list)
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.setToolTip(tr("The fact by which the runs are grouped; two groups can be compared as before and after"))
        self.list.aboutToShow.connect(self.fill)
        session.runs_changed.connect(self._show)
        self._show()

    @Slot()
    def _show(self) -> None:
        self.setText(tr("Group by {fact}", fact=_shown(fact_name(self._session.group_by))) + " ▾")
        self.setAccessibleName(
            tr("Group by {fact}", fact=one_line(fact_name(self._session.group_by), _MAX_NAME_CHARACTERS))
        )
        self.setEnabled(bool(self._session.facts))

    @Slot()
    def fill(self) -> None:
        """Fill the menu with the possible facts."""
        self.list.clear()
        choice = QActionGroup(self.list)
        set_up = QMenu(tr("set-up"), self.list)
        for fact in self._session.facts:
            words = _shown(fact.removeprefix(SET_UP) if fact.startswith(SET_UP) else fact_name(fact))
            action = (set_up if fact.startswith(SET_UP) else self.list).addAction(words)
            action.setCheckable(True)
            action.setChecked(fact == self._session.group_by and self._session.versions is None)
            action.setData(fact)
            action.triggered.connect(self._on_chosen)
            choice.addAction(action)
        if set_up.actions():
            self.list.addMenu(set_up)

    @Slot()
    def _on_chosen(self) -> None:
        action = self.sender()
        assert isinstance(action, QAction)
        self._session.set_group_by(action.data())


def _shown(fact: str) -> str:
    """Return the name of a fact, which may be from a log, in a form for a menu."""
    return escape_mnemonics(one_line(fact, _MAX_NAME_CHARACTERS))
