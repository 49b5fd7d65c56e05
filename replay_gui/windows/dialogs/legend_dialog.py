"""What the timeline shows: each of its marks as it is drawn there, with a sentence."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QDialog, QFrame, QGridLayout, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from replay_gui.core.effects.effect import Effect
from replay_gui.core.effects.effect_words import EFFECT_WORDS
from replay_gui.core.log.event import UNREADABLE_KIND
from replay_gui.core.log.kinds import Kind
from replay_gui.look.bookmark import paint_bookmark
from replay_gui.look.effect_marks import paint_effect
from replay_gui.look.marks import draw_mark
from replay_gui.look.theme import BAR, GAP, LINE, ROW, UNIT, WIDE, kind_color, set_role, theme, theme_events
from replay_gui.widgets.parts.plain_label import PlainLabel

_SWATCH_PX = QSize(6 * GAP, ROW)
_SIZE_PX = (100 * GAP, 84 * GAP)
_FAILED_OPACITY, _VEIL_OPACITY = 0.25, 0.16  # as on the timeline

Paint = Callable[[QPainter, QPointF], None]


class LegendDialog(QDialog):
    """Cards of rows: a swatch in the colours of the theme, and what it means."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("What the timeline shows")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        body = QWidget()
        columns = QHBoxLayout(body)
        columns.setContentsMargins(WIDE, WIDE, WIDE, WIDE)
        columns.setSpacing(WIDE)
        for cards in (_CARDS[:2], _CARDS[2:]):
            column = QVBoxLayout()
            column.setSpacing(WIDE)
            for title, rows in cards:
                column.addWidget(_card(title, rows))
            column.addStretch(1)
            columns.addLayout(column, 1)
        area = QScrollArea()
        set_role(area, "window")
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setAccessibleName("What the timeline shows")
        area.setWidget(body)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(area)
        self.resize(*_SIZE_PX)


class _Swatch(QWidget):
    """Shows what `paint` draws around its middle."""

    def __init__(self, paint: Paint) -> None:
        super().__init__()
        self._paint = paint
        self.setFixedSize(_SWATCH_PX)
        theme_events().changed.connect(self.update)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint(painter, QPointF(self.width() // 2, self.height() // 2))
        painter.end()


def _card(title: str, rows: tuple[tuple[Paint, str], ...]) -> QWidget:
    card = QFrame()
    set_role(card, "panel")
    grid = QGridLayout(card)
    grid.setContentsMargins(WIDE, GAP + UNIT, WIDE, GAP + UNIT)
    grid.setHorizontalSpacing(GAP)
    grid.setVerticalSpacing(UNIT)
    grid.setColumnStretch(1, 1)
    grid.addWidget(PlainLabel(title, "title"), 0, 0, 1, 2)
    for line, (paint, words) in enumerate(rows, 1):
        label = PlainLabel(words)
        label.setWordWrap(True)
        grid.addWidget(_Swatch(paint), line, 0, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(label, line, 1)
    return card


# ---- swatches: `at` is the middle ---------------------------------------------------------------------
def _kind(kind: str, painter: QPainter, at: QPointF) -> None:
    draw_mark(painter, kind, at, kind_color(kind))


def _effect(effect: Effect, painter: QPainter, at: QPointF) -> None:
    paint_effect(painter, effect, at)


def _call(fill: str, painter: QPainter, at: QPointF) -> None:
    """`fill`: answered, waiting or failed."""
    colour, bad = kind_color(Kind.TOOL_REQUEST.value, 0), theme().error
    ground = QColor(colour)
    ground.setAlphaF({"answered": 1.0, "failed": _FAILED_OPACITY, "waiting": 0.0}[fill])
    edge = {"answered": None, "failed": bad, "waiting": colour}[fill]
    painter.setPen(Qt.PenStyle.NoPen if edge is None else QPen(edge, LINE))
    painter.setBrush(ground)
    painter.drawRoundedRect(QRectF(at.x() - WIDE, at.y() - BAR / 2, 2 * WIDE, BAR), 2, 2)


def _tick(colour: str, painter: QPainter, at: QPointF) -> None:
    """`colour`: its name in the theme."""
    painter.fillRect(QRectF(at.x() - LINE, at.y() - UNIT, 2 * LINE, GAP), getattr(theme(), colour))


def _dot(painter: QPainter, at: QPointF) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme().accent)
    painter.drawEllipse(at, UNIT / 2 + LINE / 2, UNIT / 2 + LINE / 2)


def _ribbon(painter: QPainter, at: QPointF) -> None:
    paint_bookmark(painter, at - QPointF(0, UNIT))


def _cause(painter: QPainter, at: QPointF) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme().error)
    half = UNIT + LINE
    painter.drawPolygon(QPolygonF([at + QPointF(x, y) for x, y in ((-half, -UNIT), (half, -UNIT), (0, UNIT))]))


def _damage(painter: QPainter, at: QPointF) -> None:
    stripes = QColor(theme().damage)
    stripes.setAlphaF(_VEIL_OPACITY)
    area = QRectF(at.x() - WIDE, 0, 2 * WIDE, 2 * at.y())
    painter.fillRect(area, QBrush(stripes, Qt.BrushStyle.BDiagPattern))
    painter.setPen(QPen(theme().damage, 1.5))
    steps = range(int(area.height() / UNIT) + 1)
    painter.drawPolyline([QPointF(area.left() + (2 if n % 2 else -2), n * UNIT) for n in steps])


def _gap(painter: QPainter, at: QPointF) -> None:
    painter.fillRect(QRectF(at.x() - GAP, 0, 2 * GAP, 2 * at.y()), theme().window)
    painter.setPen(QPen(theme().line, LINE))
    for x in (at.x() - GAP, at.x() + GAP):
        steps = range(int(2 * at.y() / UNIT) + 1)
        painter.drawPolyline([QPointF(x + (LINE if n % 2 else -LINE), n * UNIT) for n in steps])


def _position(painter: QPainter, at: QPointF) -> None:
    painter.fillRect(QRectF(at.x() - LINE, 0, 2 * LINE, 2 * at.y()), theme().accent)


_KINDS = (
    (Kind.OBSERVATION, "What came in: messages of users, inputs, outputs"),
    (Kind.DECISION, "What the agent said, thought or planned"),
    (Kind.MEMORY_WRITE, "Its memory was written or read"),
    (Kind.PATCH_PROPOSAL, "A patch was proposed, applied or rejected"),
    (Kind.ERROR, "An error, or a call that was denied"),
    (Kind.STATE_TRANSITION, "The agent’s set-up and phases"),
    (Kind.SNAPSHOT, "Snapshots; a faint one below the lanes: a state that is kept, so that going there is quick"),
    ("x:other", "Events of other kinds"),
    (UNREADABLE_KIND, "A record that cannot be read"),
)
_CARDS: tuple[tuple[str, tuple[tuple[Paint, str], ...]], ...] = (
    ("Events, by their lane", tuple((partial(_kind, str(kind)), words) for kind, words in _KINDS)),
    (
        "Calls of tools: a bar from request to answer, in the colour of the tool",
        (
            (partial(_call, "answered"), "Answered"),
            (partial(_call, "waiting"), "Not answered"),
            (partial(_call, "failed"), "Failed; a short one is all red"),
        ),
    ),
    (
        "At the name of a tool: what its calls do",
        tuple((partial(_effect, effect), words[0].upper() + words[1:]) for effect, words in EFFECT_WORDS.items()),
    ),
    (
        "Along the top, and through the lanes",
        (
            (_position, "The position"),
            (partial(_tick, "changed_text"), "A hit of the search"),
            (_dot, "A change of the value that is chosen in the state"),
            (_ribbon, "An event that a mark of the run is about: the card says what it is"),
            (partial(_tick, "memory"), "In a comparison: an event that differs"),
            (_cause, "In a comparison: where a difference began"),
            (_gap, "On the clock: idle time that was cut out"),
            (_damage, "The log is damaged here, and untrusted from here on"),
        ),
    ),
)
