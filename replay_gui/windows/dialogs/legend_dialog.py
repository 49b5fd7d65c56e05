"""The legend of the timeline: each of its marks, with a sentence."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from replay_gui.core.effects.effect_words import EFFECT_WORDS
from replay_gui.core.log.event import UNREADABLE_KIND
from replay_gui.core.log.kinds import CUSTOM_PREFIX, Kind
from replay_gui.core.translation.messages import tr
from replay_gui.look.marks import draw_mark
from replay_gui.look.theme import BAR, GAP, LINE, UNIT, WIDE, kind_color, theme
from replay_gui.models.timeline.lane_words import KIND_WORDS
from replay_gui.widgets.parts.hatching import paint_hatching
from replay_gui.widgets.timeline.spending_band import TOKEN_WIDTHS, token_colors
from replay_gui.windows.dialogs.card_dialog import CardDialog
from replay_gui.windows.dialogs.legend_card import Paint, legend_card, paint_note, paint_ribbon, paint_sign

_SIZE_PX = (100 * GAP, 84 * GAP)
_FAINT_OPACITY, _VEIL_OPACITY = 0.25, 0.16  # as on the timeline


class LegendDialog(CardDialog):
    """Cards of rows: a swatch in the colours of the theme, and its meaning."""

    def __init__(self, parent: QWidget) -> None:
        cards = [legend_card(title, rows) for title, rows in _cards()]
        super().__init__(tr("What the timeline shows"), _SIZE_PX, (cards[:3], cards[3:]), parent)


# ---- swatches: `at` is the middle ---------------------------------------------------------------------
def _kind(kind: str, painter: QPainter, at: QPointF) -> None:
    draw_mark(painter, kind, at, kind_color(kind))


def _call(fill: str, painter: QPainter, at: QPointF) -> None:
    """`fill`: answered, waiting, pending or failed."""
    color, bad = kind_color(Kind.TOOL_REQUEST.value, 0), theme().error
    ground = QColor(color)
    opacities = {"answered": 1.0, "failed": _FAINT_OPACITY, "waiting": 0.0, "pending": _FAINT_OPACITY}
    ground.setAlphaF(opacities[fill])
    edge = {"answered": None, "failed": bad, "waiting": color, "pending": color}[fill]
    painter.setPen(Qt.PenStyle.NoPen if edge is None else QPen(edge, LINE))
    painter.setBrush(ground)
    painter.drawRoundedRect(QRectF(at.x() - WIDE, at.y() - BAR / 2, 2 * WIDE, BAR), 2, 2)


def _step(painter: QPainter, at: QPointF) -> None:
    ground = QColor(kind_color(Kind.DECISION))
    painter.setPen(QPen(ground, LINE))
    ground.setAlphaF(_FAINT_OPACITY)
    painter.setBrush(ground)
    painter.drawRoundedRect(QRectF(at.x() - WIDE, at.y() - BAR / 2, 2 * WIDE - UNIT, BAR), 2, 2)
    _kind(Kind.DECISION, painter, at + QPointF(WIDE - UNIT, 0))


def _tick(color: str, painter: QPainter, at: QPointF) -> None:
    """`color`: its name in the theme."""
    painter.fillRect(QRectF(at.x() - LINE, at.y() - UNIT, 2 * LINE, GAP), getattr(theme(), color))


def _dot(painter: QPainter, at: QPointF) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme().accent)
    painter.drawEllipse(at, UNIT / 2 + LINE / 2, UNIT / 2 + LINE / 2)


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


def _lack(painter: QPainter, at: QPointF) -> None:
    paint_hatching(painter, QRect(round(at.x()) - WIDE, 0, 2 * WIDE, round(2 * at.y())))


def _tokens(sort: int, painter: QPainter, at: QPointF) -> None:
    """`sort`: uncached input, cached input or output."""
    half = UNIT * TOKEN_WIDTHS[sort]
    painter.fillRect(QRectF(at.x() - half, at.y() - GAP, 2 * half, 2 * GAP), token_colors()[sort])


def _cost(painter: QPainter, at: QPointF) -> None:
    painter.setPen(QPen(theme().memory, 1.5 * LINE))
    steps = ((-WIDE, UNIT), (0, UNIT), (0, -UNIT), (WIDE, -UNIT))
    painter.drawPolyline(QPolygonF([at + QPointF(x, y) for x, y in steps]))


def _position(painter: QPainter, at: QPointF) -> None:
    painter.fillRect(QRectF(at.x() - LINE, 0, 2 * LINE, 2 * at.y()), theme().accent)


def _cards() -> list[tuple[str, list[tuple[Paint, str]]]]:
    """Return the title and the rows of each card."""
    effects = [(effect, tr(words)) for effect, words in EFFECT_WORDS.items()]
    kinds = [
        *((kind, tr(words)) for kind, words in KIND_WORDS.items() if kind != CUSTOM_PREFIX),
        (Kind.SNAPSHOT, tr("Snapshots; a faint one below the lanes: a stored state, which makes seeking quick")),
        (f"{CUSTOM_PREFIX}other", tr(KIND_WORDS[CUSTOM_PREFIX])),
        (UNREADABLE_KIND, tr("A record that cannot be read")),
    ]
    return [
        (
            tr("Events, by their lane"),
            [
                *((partial(_kind, str(kind)), words) for kind, words in kinds),
                (_step, tr("The bar before a mark: how long the step took, such as the answer of a model")),
            ],
        ),
        (
            tr("Calls of tools: a bar from request to answer, in the colour of the tool"),
            [
                (partial(_call, "answered"), tr("Answered")),
                (partial(_call, "waiting"), tr("Not answered")),
                (partial(_call, "pending"), tr("Pending, in a run that goes on")),
                (partial(_call, "failed"), tr("Failed; a short one is all red")),
            ],
        ),
        (
            tr("Below the lanes: tokens and cost"),
            [
                (partial(_tokens, 0), tr("Input tokens that are not from the cache")),
                (partial(_tokens, 1), tr("Input tokens from the cache")),
                (partial(_tokens, 2), tr("Output tokens")),
                (_cost, tr("The cost so far; at its end that of the whole run")),
            ],
        ),
        (
            tr("At the name of a tool: the effect of its calls"),
            [(partial(paint_sign, effect), words[:1].upper() + words[1:]) for effect, words in effects],
        ),
        (
            tr("Along the top, and through the lanes"),
            [
                (_position, tr("The position")),
                (partial(_tick, "changed_text"), tr("A hit of the search")),
                (_dot, tr("A change of the value that is chosen in the state")),
                (paint_ribbon, tr("An event with a mark of the run: the card explains it")),
                (paint_note, tr("An event that is noted; a line along the top joins the ends of a noted range")),
                (partial(_tick, "memory"), tr("In a comparison: an event that differs")),
                (_cause, tr("In a comparison: where a difference began")),
                (_lack, tr("In a comparison: only the other run has events here")),
                (_gap, tr("On the clock: idle time that was cut out")),
                (_damage, tr("The log is damaged here, and untrusted from here on")),
            ],
        ),
    ]
