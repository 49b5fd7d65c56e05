"""The dialog to change the keys of all actions, opened from the settings."""

from __future__ import annotations

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import (
    QDialogButtonBox,
    QHBoxLayout,
    QKeySequenceEdit,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from replay_gui.core.translation.messages import tr, translatable
from replay_gui.look.theme import GAP, WIDE
from replay_gui.models.tooltip import plain_tooltip
from replay_gui.widgets.parts.text.plain_label import PlainLabel
from replay_gui.windows.action_keys import key_words
from replay_gui.windows.actions import ACTION_SPECS
from replay_gui.windows.dialogs.wrapped_dialog import WrappedDialog
from replay_gui.windows.settings.key_choice import KeyChoice

_SIZE_PX = (64 * GAP, 70 * GAP)
_NAME = Qt.ItemDataRole.UserRole  # of an action
_HINT = translatable("Choose an action, click the field above, and press the key.")


class KeysDialog(WrappedDialog):
    """Each change takes effect immediately. A key of another action is refused, with a message.

    Attributes: line: the search text. list: the actions. field: for the new key. hint: how to use it, or the refusal.
    use, none, reset, reset_all: the buttons.
    """

    def __init__(self, keys: KeyChoice, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Keys"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._keys = keys
        self.line, self.list, self.field = QLineEdit(), QListWidget(), QKeySequenceEdit()
        self.line.setPlaceholderText(tr("Find an action or a key"))
        self.line.setAccessibleName(tr("Find an action or a key"))
        self.line.setClearButtonEnabled(True)
        self.list.setAccessibleName(tr("Actions"))
        self.field.setAccessibleName(tr("New key"))
        self.field.setMaximumSequenceLength(1)
        self.field.setClearButtonEnabled(True)
        self.hint = PlainLabel(tr(_HINT), "secondary")
        self.hint.setWordWrap(True)
        self.use, self.none = QPushButton(tr("Use this key")), QPushButton(tr("No key"))
        self.reset, self.reset_all = QPushButton(tr("Reset")), QPushButton(tr("Reset all"))
        row, buttons = QHBoxLayout(), QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        row.addWidget(self.field, 1)
        for button, slot in (
            (self.use, self._on_use),
            (self.none, self._on_none),
            (self.reset, self._on_reset),
            (self.reset_all, self._on_reset_all),
        ):
            button.setAutoDefault(False)
            button.clicked.connect(slot)
            if button is self.reset_all:
                buttons.addButton(button, QDialogButtonBox.ButtonRole.ResetRole)
            else:
                row.addWidget(button)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(WIDE, WIDE, WIDE, WIDE)
        column.setSpacing(GAP)
        for widget in (self.line, self.list):
            column.addWidget(widget)
        column.addLayout(row)
        column.addWidget(self.hint)
        column.addWidget(buttons)
        self.resize(*_SIZE_PX)
        self.line.textChanged.connect(self.fill)
        self.list.currentRowChanged.connect(self._refresh)
        self.field.keySequenceChanged.connect(self._refresh)
        self.fill()

    @Slot()
    def fill(self) -> None:
        """List the actions whose name or key contains the text of the line."""
        chosen, wanted = self._chosen, self.line.text().casefold()
        self.list.clear()
        for spec in ACTION_SPECS:
            keys = ", ".join(key_words(key) for key in self._keys.keys(spec.name)) or tr("no key")
            changed = f"  {tr('(changed)')}" if self._keys.is_chosen(spec.name) else ""
            words = f"{spec.menu_title}: {spec.title}  ·  {keys}{changed}"
            if wanted in words.casefold():
                item = QListWidgetItem(words)
                item.setData(_NAME, spec.name)
                item.setToolTip(plain_tooltip(spec.tip))
                self.list.addItem(item)
                if spec.name == chosen:
                    self.list.setCurrentItem(item)
        if self.list.currentRow() < 0:
            self.list.setCurrentRow(0)
        self._refresh()

    @property
    def _chosen(self) -> str:
        item = self.list.currentItem()
        return "" if item is None else str(item.data(_NAME))

    @Slot()
    def _refresh(self) -> None:
        name, key = self._chosen, self.field.keySequence()
        refused = self._keys.refusal(name, key) if name else ""
        self.hint.setText(refused or tr(_HINT))
        self.use.setEnabled(bool(name) and not key.isEmpty() and not refused)
        self.none.setEnabled(bool(name) and bool(self._keys.keys(name)))
        self.reset.setEnabled(bool(name) and self._keys.is_chosen(name))

    @Slot()
    def _on_use(self) -> None:
        self._show(self._keys.choose(self._chosen, self.field.keySequence()))

    @Slot()
    def _on_none(self) -> None:
        self._show(self._keys.choose(self._chosen, QKeySequence()))

    @Slot()
    def _on_reset(self) -> None:
        self._show(self._keys.reset(self._chosen))

    @Slot()
    def _on_reset_all(self) -> None:
        self._keys.reset_all()
        self._show("")

    def _show(self, refused: str) -> None:
        self.field.clear()
        self.fill()
        if refused:
            self.hint.setText(refused)
