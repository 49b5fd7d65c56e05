"""The search field with its status text."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSignalBlocker, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QSizePolicy, QToolButton, QWidget

from replay_gui.core.text.plain_text import one_line
from replay_gui.core.translation.messages import tr
from replay_gui.look.icons import icon
from replay_gui.look.theme import GAP, ICON, UNIT, data_font, set_role, theme_events
from replay_gui.models.run.event_search_model import EventSearchModel
from replay_gui.models.tooltip import plain_tooltip
from replay_gui.widgets.parts.text.plain_label import PlainLabel

TYPING_PAUSE_MS = 150  # ms from the last key to the start of the search
_MIN_WIDTH_WITH_KEY_PX = 24 * GAP  # width from which the line also shows the key
_WIDTH_PX, _MIN_WIDTH_PX = 28 * GAP, 12 * GAP  # width of the line if there is room, and if there is none
_ENTER_KEYS = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class FindField(QWidget):
    """A text field, a button for case, the number of the current hit ("12 of 340"), buttons to the next and previous.

    Enter and Shift+Enter go to the next and the previous hit; Esc stops a running search, else closes the search.

    Signals:
        left(): Esc, or the cross, has closed the search: the focus can go elsewhere.
    """

    left = Signal()

    def __init__(self, finder: EventSearchModel, parent: QWidget | None = None, closes: bool = False) -> None:
        """`closes`: whether ending the search hides the field; then it always shows a button for that."""
        super().__init__(parent)
        self._finder, self._closes = finder, closes
        self.line = QLineEdit()
        self.line.setAccessibleName(finder.title)
        self.line.setToolTip(tr("Text in kinds, tools, payloads and meta"))
        self.line.setMaxLength(1000)
        self.line.setMinimumWidth(_MIN_WIDTH_PX)
        self._glass = self.line.addAction(icon("search"), QLineEdit.ActionPosition.LeadingPosition)
        self.line.setTextMargins(-GAP, 0, 0, 0)  # Qt leaves twice as much after the icon
        self._key = PlainLabel()
        self._key.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        set_role(self._key, "secondary")
        inside = QHBoxLayout(self.line)
        inside.setContentsMargins(0, 0, GAP, 0)
        inside.setSizeConstraint(QHBoxLayout.SizeConstraint.SetNoConstraint)
        inside.addStretch(1)
        inside.addWidget(self._key)
        self.line.installEventFilter(self)
        self.case = self._button("Aa", tr("Match case"))
        self.case.setCheckable(True)
        self.count = PlainLabel()
        self.count.setFont(data_font())
        set_role(self.count, "secondary")
        self.previous = self._button("", tr("Previous hit"))
        self.next = self._button("", tr("Next hit"))
        self.stop = self._button("", tr("End the search (Esc)"))
        row = QHBoxLayout(self)
        row.setContentsMargins(GAP, 0, GAP, 0)
        row.setSpacing(UNIT)
        for part in (self.line, self.case, self.count, self.previous, self.next, self.stop):
            row.addWidget(part)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Preferred)
        self._pause = QTimer(self, singleShot=True, interval=TYPING_PAUSE_MS)
        self._pause.timeout.connect(self._on_pause)
        self.line.textChanged.connect(self._on_text)
        self.case.toggled.connect(self._on_pause)
        self.previous.clicked.connect(self.find_previous)
        self.next.clicked.connect(self.find_next)
        self.stop.clicked.connect(self.leave)
        finder.started.connect(self._on_started)
        finder.progressed.connect(self._show_status)
        finder.moved.connect(self._show_status)
        theme_events().changed.connect(self._set_icons)
        self._set_icons()
        self._on_started()

    def _button(self, text: str, tip: str) -> QToolButton:
        button = QToolButton()
        button.setText(text)
        button.setToolTip(plain_tooltip(tip))
        button.setAccessibleName(tip)
        button.setIconSize(QSize(ICON, ICON))
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        return button

    def sizeHint(self) -> QSize:
        """Return the usual size, with a line of a fixed width."""
        return super().sizeHint() + QSize(_WIDTH_PX - self.line.sizeHint().width(), 0)

    # ---- actions of the user ------------------------------------------------------------------------
    @Slot()
    def begin(self) -> None:
        """Focus the search field and select its text."""
        self.line.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.line.selectAll()

    def set_text(self, text: str) -> None:
        """Set the text of the line, as if it had been typed."""
        self.line.setText(text)

    @Slot()
    def find_next(self) -> None:
        self.step(forward=True)

    @Slot()
    def find_previous(self) -> None:
        self.step(forward=False)

    def step(self, forward: bool) -> None:
        """Go to the next or the previous hit; if there is no search yet, focus the text field."""
        if not self.line.text():
            self.begin()
            return
        self._on_pause()
        self._finder.step(forward)

    @Slot()
    def end(self) -> None:
        """Cancel the running search; if none is running, clear its hits."""
        if self._finder.searching:
            self._finder.cancel()
        else:
            self.line.clear()
            self._on_pause()

    @Slot()
    def leave(self) -> None:
        """Call `end`; emit `left` unless that only stopped a running search."""
        goes_on = self._finder.searching
        self.end()
        if not goes_on:
            self.left.emit()

    @Slot()
    def _on_text(self) -> None:
        self._fit_line()
        if self.line.text():
            self._pause.start()
        else:
            self._on_pause()

    @Slot()
    def _on_pause(self) -> None:
        self._pause.stop()
        self._finder.find(self.line.text(), self.case.isChecked())

    def eventFilter(self, _watched: object, event: QEvent) -> bool:
        """Keep Esc and Enter from becoming the window's shortcuts."""
        if event.type() == QEvent.Type.Resize:
            self._fit_line()
        if event.type() == QEvent.Type.FocusIn:
            self._finder.prepare()
        if isinstance(event, QKeyEvent) and event.key() in (Qt.Key.Key_Escape, *_ENTER_KEYS):
            if event.type() == QEvent.Type.ShortcutOverride:
                event.accept()
                return True
            if event.type() == QEvent.Type.KeyPress:
                if event.key() == Qt.Key.Key_Escape:
                    self.leave()
                else:
                    self.step(forward=not event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
                return True
        return False

    # ---- status text --------------------------------------------------------------------------------
    @Slot()
    def _on_started(self) -> None:
        """Show the text of the new search, which another widget may have started."""
        self.setEnabled(self._finder.ready)
        if not self._pause.isActive():  # otherwise another text is being typed
            with QSignalBlocker(self.line), QSignalBlocker(self.case):
                if self.line.text() != self._finder.text:
                    self.line.setText(self._finder.text)
                self.case.setChecked(self._finder.match_case)
        self._show_status()

    @Slot()
    def _show_status(self) -> None:
        finder = self._finder
        self.count.setText(finder.status_text)
        self.count.setToolTip(plain_tooltip(one_line(finder.problem)))
        for part in (self.case, self.count, self.previous, self.next, self.stop):
            part.setVisible(bool(finder.text) or (self._closes and part is self.stop))
        for part in (self.previous, self.next):
            part.setEnabled(bool(finder.count))
        self._fit_line()

    def show_key(self, words: str) -> None:
        """Show the key that focuses the field, which the user can change."""
        self._key.setText(words)
        self._fit_line()

    def _fit_line(self) -> None:
        width, advance = self.line.width(), self.line.fontMetrics().horizontalAdvance
        title = self._finder.title
        words = title if advance(title) <= width - ICON - 5 * GAP else tr("Find")
        self.line.setPlaceholderText(words)
        fits = ICON + 4 * GAP + advance(words) + self._key.sizeHint().width() <= width
        is_wide = width >= _MIN_WIDTH_WITH_KEY_PX and fits
        self._key.setVisible(not self.line.text() and self.isEnabled() and is_wide)

    @Slot()
    def _set_icons(self) -> None:
        self._glass.setIcon(icon("search"))
        self.previous.setIcon(icon("previous"))
        self.next.setIcon(icon("next"))
        self.stop.setIcon(icon("close"))
