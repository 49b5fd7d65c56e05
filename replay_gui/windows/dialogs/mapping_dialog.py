"""The dialog that maps members of JSON records to parts of events, with a preview."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QComboBox,
    QDialogButtonBox,
    QGridLayout,
    QHeaderView,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from replay_gui.core.importers.generic.mapping import PARTS, Mapping
from replay_gui.core.text.plain_text import one_line, visible
from replay_gui.core.translation.messages import tr, translatable
from replay_gui.look.theme import GAP, UNIT, WIDE
from replay_gui.models.mapping_preview import MappingPreview
from replay_gui.models.source_session import SourceSession
from replay_gui.widgets.parts.cell_delegate import CellDelegate
from replay_gui.widgets.parts.row_view import RowView
from replay_gui.widgets.parts.text.plain_label import PlainLabel
from replay_gui.windows.dialogs.wrapped_dialog import WrappedDialog

_SIZE_PX = (112 * GAP, 76 * GAP)
_NONE = "–"
_PARTS = {  # the title of each part, and its meaning
    "kind": (translatable("Kind"), translatable("what happened")),
    "time": (translatable("Time"), translatable("when")),
    "tool": (translatable("Tool"), translatable("name of a tool")),
    "input": (translatable("Input"), translatable("what the tool was asked")),
    "output": (translatable("Output"), translatable("what it answered")),
    "id": (translatable("Id"), translatable("of the record")),
    "parent": (translatable("Parent"), translatable("id of its cause")),
}


class MappingDialog(WrappedDialog):
    """Signals: saved(): the mapping is kept, and will be used from now on for all files with these members."""

    saved = Signal()

    def __init__(self, path: str, sources: SourceSession, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Mapping"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.preview = MappingPreview(path, sources, self)
        self.boxes = {part: QComboBox() for part in PARTS}
        form = QGridLayout()
        form.setHorizontalSpacing(GAP)
        form.setVerticalSpacing(UNIT)
        for index, (part, box) in enumerate(self.boxes.items()):
            line, column = divmod(index, 2)
            title, meaning = map(tr, _PARTS[part])
            form.addWidget(PlainLabel(title), line, 3 * column)
            form.addWidget(box, line, 3 * column + 1)
            form.addWidget(PlainLabel(meaning, "secondary"), line, 3 * column + 2)
            form.setColumnStretch(3 * column + 1, 1)
            box.setAccessibleName(f"{title}: {meaning}")
            box.setEnabled(False)
            box.currentIndexChanged.connect(self._on_choice)
        self.table = RowView(tr("Preview"), self.preview)
        self.table.setItemDelegate(CellDelegate(self.table))
        self.table.horizontalHeader().show()
        self.table.hint = tr("Reading the first records…")
        self._problem = PlainLabel("", "secondary")
        self._problem.setWordWrap(True)
        self._problem.hide()
        self.guess = QPushButton(tr("Guess again"))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Save | QDialogButtonBox.StandardButton.Cancel)
        buttons.addButton(self.guess, QDialogButtonBox.ButtonRole.ResetRole)
        self.save = buttons.button(QDialogButtonBox.StandardButton.Save)
        self.save.setText(tr("Save and use"))
        self.save.setEnabled(False)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(WIDE, WIDE, WIDE, WIDE)
        layout.setSpacing(WIDE)
        layout.addLayout(form)
        layout.addWidget(self.table, 1)
        layout.addWidget(self._problem)
        layout.addWidget(buttons)
        self.resize(*_SIZE_PX)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        self.guess.clicked.connect(self._on_guess)
        self.preview.loaded.connect(self._on_loaded)
        self.preview.saved.connect(self._on_saved)
        self.preview.save_failed.connect(self._show_problem)

    def accept(self) -> None:
        """Save the mapping; the dialog closes once it is saved."""
        self.preview.save()

    @Slot()
    def _on_saved(self) -> None:
        self.saved.emit()
        super().accept()

    @Slot()
    def _on_loaded(self) -> None:
        self.table.hint = one_line(self.preview.problem, 400)
        for box in self.boxes.values():
            box.blockSignals(True)
            box.addItem(_NONE, "")
            for member in self.preview.members:
                box.addItem(one_line(member, 60), member)
            box.setEnabled(True)
        self._show_mapping(self.preview.mapping)
        self.save.setEnabled(not self.preview.problem)
        self._show_problem(self.preview.problem if self.preview.rowCount() else "")

    @Slot()
    def _on_guess(self) -> None:
        self._show_mapping(self.preview.guessed)
        self.preview.set_mapping(self.preview.guessed)
        self._fit()

    @Slot(int)
    def _on_choice(self, _row: int) -> None:
        self.preview.set_mapping(Mapping(**{part: box.currentData() or "" for part, box in self.boxes.items()}))
        self._fit()

    def _show_mapping(self, mapping: Mapping) -> None:
        for part, box in self.boxes.items():
            box.blockSignals(True)
            member = getattr(mapping, part)
            if member and box.findData(member) < 0:
                box.addItem(one_line(member, 60), member)
            box.setCurrentIndex(max(box.findData(member), 0))
            box.blockSignals(False)
        self._fit()

    def _fit(self) -> None:
        head = self.table.horizontalHeader()
        for column in range(self.preview.columnCount() - 1):
            head.setSectionResizeMode(column, QHeaderView.ResizeMode.ResizeToContents)

    def _show_problem(self, problem: str) -> None:
        self._problem.setText(visible(problem[:400]))
        self._problem.setVisible(bool(problem))
