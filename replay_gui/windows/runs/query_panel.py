"""The panel for queries over a catalogue: a field for SQL, and the answer as a table."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QFontMetrics, QKeyEvent
from PySide6.QtWidgets import QPlainTextEdit, QVBoxLayout, QWidget

from replay_gui.core.text.plain_text import one_line
from replay_gui.core.translation.messages import tr, translatable, trn
from replay_gui.look.theme import GAP, UNIT, data_font, ui_font
from replay_gui.models.runs.catalogue_query import CatalogueQuery
from replay_gui.models.runs.query_table import QueryTable
from replay_gui.models.runs.runs_session import RunsSession
from replay_gui.widgets.parts.cell_delegate import CellDelegate
from replay_gui.widgets.parts.panel import Panel
from replay_gui.widgets.parts.row_view import RowView

FIRST_QUERY = "select task, count(*) as runs, sum(passed::int) as passed from runs group by task order by task"
_HINT = translatable("One SELECT over the tables runs, steps and features. Ctrl+Enter runs it.")
_LINES, _ROWS_MEASURED = 3, 100
_MAX_WIDTH_PX = 60 * GAP  # of a column
_MAX_QUERY_CHARACTERS = 20_000


class QueryPanel(Panel):
    """Queries the catalogue that a RunsSession shows, read only.

    Signals: run_wanted(int): number of a run. event_wanted(int, int): number of a run, and an EventIndex in it. A row
    was opened that has these numbers in its columns `run` and `event`.
    Attributes: query: the CatalogueQuery. field: the SQL. table: the answer.
    """

    run_wanted = Signal(int)
    event_wanted = Signal(int, int)

    def __init__(self, session: RunsSession, parent: QWidget | None = None) -> None:
        super().__init__("SQL", parent)
        self._session = session
        self.query = CatalogueQuery(session, self)
        self.field = _QueryField()
        self._rows = QueryTable(self.query)
        self.table = RowView(tr("Answer"), self._rows)
        self._rows.setParent(self.table)
        self.table.setItemDelegate(CellDelegate(self.table))
        self.table.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        head = self.table.horizontalHeader()
        head.show()
        head.setStretchLastSection(False)
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(GAP, UNIT, GAP, 0)
        column.setSpacing(UNIT)
        column.addWidget(self.field)
        column.addWidget(self.table, 1)
        self.add_part(body, 1)
        self.ask_button = self.add_button(tr("&Run").replace("&", ""), tr("Run the query (Ctrl+Enter)"))
        self.cancel_button = self.add_button(tr("Cancel"), tr("End the query"))
        self.ask_button.clicked.connect(self.send_query)
        self.field.entered.connect(self.send_query)
        self.field.textChanged.connect(self._show)
        self.cancel_button.clicked.connect(self.query.stop)
        self.query.changed.connect(self._show)
        self._rows.modelReset.connect(self._fit)
        self.table.row_activated.connect(self._on_row_activated)
        session.opened.connect(self._on_opened)
        session.catalogue_found.connect(self._on_opened)
        self._on_opened()

    def begin(self) -> None:
        """Focus the field."""
        self.field.setFocus()

    @Slot()
    def send_query(self) -> None:
        """Send the query in the field."""
        text = self.field.toPlainText().strip()
        if text and self.query.folder:
            self.query.send_query(text[:_MAX_QUERY_CHARACTERS])

    @Slot()
    def _on_opened(self) -> None:
        self.query.set_folder(self._session.catalogue)

    @Slot()
    def _show(self) -> None:
        query, answer = self.query, self.query.answer
        self.ask_button.setEnabled(bool(self.field.toPlainText().strip()) and bool(query.folder) and not query.working)
        self.cancel_button.setVisible(query.working)
        words = tr("Running …") if query.working else ""
        if answer is not None and not answer.problem:
            words = trn("{n} row", "{n} rows", len(answer.rows))
            if answer.more:
                words = tr("{rows}, and more that are left out: add a limit, or count them", rows=words)
        self.set_note(words)
        self.table.hint = one_line(answer.problem, 400) if answer is not None and answer.problem else ""
        if answer is None and not query.working:
            self.table.hint = tr(_HINT)
        self.table.viewport().update()

    @Slot()
    def _fit(self) -> None:
        metrics = QFontMetrics(ui_font())
        for column in range(self._rows.columnCount()):
            rows = range(min(self._rows.rowCount(), _ROWS_MEASURED))
            words = [str(self._rows.headerData(column, Qt.Orientation.Horizontal))]
            words += [str(self._rows.index(row, column).data()) for row in rows]
            width = min(max(map(metrics.horizontalAdvance, words)) + 3 * GAP, _MAX_WIDTH_PX)
            self.table.setColumnWidth(column, width)

    @Slot(int)
    def _on_row_activated(self, row: int) -> None:
        """Open the run of a row, at its event if it has one."""
        run, event = self._rows.number(row, "run"), self._rows.number(row, "event")
        if run is None or run >= len(self._session.runs):
            return
        if event is None:
            self.run_wanted.emit(run)
        else:
            self.event_wanted.emit(run, event)


class _QueryField(QPlainTextEdit):
    """A few lines for SQL. Signal: entered(): Ctrl+Enter."""

    entered = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setFont(data_font())
        self.setAccessibleName("SQL")
        self.setPlaceholderText(FIRST_QUERY)
        self.setPlainText(FIRST_QUERY)
        self.setTabChangesFocus(True)
        margins = 2 * round(self.document().documentMargin()) + 2 * self.frameWidth()
        self.setFixedHeight(_LINES * QFontMetrics(data_font()).lineSpacing() + margins)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Run the query by Ctrl+Enter; other keys edit the text."""
        enters = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if enters and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.entered.emit()
        else:
            super().keyPressEvent(event)
