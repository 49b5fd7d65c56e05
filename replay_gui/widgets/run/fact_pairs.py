"""Names with their texts, as rows of a section."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QSizePolicy, QWidget

from replay_gui.core.text.plain_text import one_line
from replay_gui.look.theme import GAP, UNIT
from replay_gui.widgets.parts.text.plain_label import PlainLabel
from replay_gui.widgets.run.fact_row import name_width

_MAX_CHARACTERS = 400


def fact_pairs(rows: list[tuple[str, str]]) -> QWidget:
    """Return a widget of (name, words) rows, whose words wrap and can be selected."""
    table = QWidget()
    grid = QGridLayout(table)
    grid.setContentsMargins(GAP + UNIT, UNIT, GAP + UNIT, UNIT)
    grid.setHorizontalSpacing(0)  # as in a FactRow
    grid.setVerticalSpacing(GAP)
    grid.setColumnMinimumWidth(0, name_width())
    grid.setColumnStretch(1, 1)
    for line, (name, value) in enumerate(rows):
        label = _label(name, "secondary")
        label.setContentsMargins(0, 0, UNIT, 0)
        grid.addWidget(label, line, 0, Qt.AlignmentFlag.AlignTop)
        label = _label(one_line(value, _MAX_CHARACTERS))
        label.setWordWrap(True)
        label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        grid.addWidget(label, line, 1)
    return table


def _label(text: str, role: str = "") -> PlainLabel:
    label = PlainLabel(text, role)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return label
