"""The origin of the chosen value: steps from the writer back, each a link."""

from __future__ import annotations

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QDialog, QScrollArea, QVBoxLayout, QWidget

from replay_gui.core.translation.messages import tr
from replay_gui.look.theme import GAP, WIDE, set_role
from replay_gui.models.session import Session
from replay_gui.models.tooltip import plain_tooltip
from replay_gui.models.values.value_origin_model import ValueOriginModel
from replay_gui.widgets.parts.text.elided_label import ElidedLabel
from replay_gui.widgets.run.fact_row import FactRow, align_names

_SIZE_PX = (80 * GAP, 44 * GAP)
_MAX_TITLE_CHARACTERS = 80


class OriginDialog(QDialog):
    """Beside the window, which stays usable. `origin`: the model. `rows`: the links."""

    def __init__(self, session: Session, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._session = session
        self.origin = ValueOriginModel(session, self)
        self.rows: list[FactRow] = []
        self.words = ElidedLabel()
        set_role(self.words, "secondary")
        body = QWidget()
        body.setAutoFillBackground(False)
        self._column = QVBoxLayout(body)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._column.addStretch(1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setAccessibleName(tr("Where the value came from"))
        area.setWidget(body)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(WIDE, WIDE, WIDE, WIDE)
        layout.setSpacing(GAP)
        layout.addWidget(self.words)
        layout.addWidget(area, 1)
        self.resize(*_SIZE_PX)
        self.origin.changed.connect(self._show)
        session.run_changed.connect(self.close)
        self.finished.connect(self.origin.end)

    @Slot()
    def _show(self) -> None:
        self.setWindowTitle(tr("Where {value} came from", value=self.origin.title[:_MAX_TITLE_CHARACTERS]))
        self.words.setText(self.origin.words)
        for row in self.rows:
            self._column.removeWidget(row)
            row.hide()
            row.deleteLater()
        self.rows = []
        for at, step in enumerate(self.origin.rows):
            row = FactRow(step.name, step.text, link=True)
            row.aim = step.position
            row.setToolTip(plain_tooltip(step.text))
            row.aimed.connect(self._session.seek)
            self._column.insertWidget(at, row)
            self.rows.append(row)
        align_names(self.rows)
        if self.rows:
            self.rows[0].setFocus()
