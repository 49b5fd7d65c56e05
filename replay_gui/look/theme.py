"""The colours, sizes and fonts of the window; the style sheet in resources/themes uses them by name.

A widget that paints itself reads `theme()` and connects `theme_events().changed` to a method that repaints. Labels
and buttons get their look from the style sheet of the application, by class or by `set_role`.
"""

from __future__ import annotations

import re
from functools import cache

import msgspec
from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtGui import QColor, QFont, QFontDatabase, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication, QStyleFactory, QToolButton, QWidget

from replay_gui.core.log.kinds import KindGroup, group_of
from replay_gui.core.resource_paths import resources
from replay_gui.look.font_families import font_families

# In logical pixels:
UNIT = 4
GAP = 2 * UNIT
WIDE = 2 * GAP  # margins of dialogs and pages
ICON = 16
ROW = 24
HEAD = 32
TOOLBAR = 40
PILL = 26  # height of the verdict
PILL_RADIUS = PILL // 2
RADIUS = 8
SMALL_RADIUS = 4
LINE = 1
FOCUS = 2
SCROLL_BAR = 10
LANE, LANE_MIN, LANE_TIGHT = 22, 18, 14  # height of a timeline lane: usual, minimum, minimum with two timelines
LABELS = 148  # width of the timeline's column of names
AXIS = 30
STRIP = 32  # height of the overview
LINKS = 44  # width of the links between two runs side by side
POPUP = 440  # width of a popup with text
MARK, SMALL_MARK = 9.0, 6.0
BAR = 12.0  # thickness of a tool call
TICKS = 96.0  # minimum distance between two numbers on the axis
UI_SIZE = 12.5
SMALL_SIZE = 11.0
TINY_SIZE = 9.5  # within a bar of the timeline
DATA_SIZE = 11.5
TEXT_SCALES = (85, 100, 115, 130)  # percent of these sizes that the user can choose; a row has room for the largest

_USUAL_SIZE = "usual_size"  # property of a widget with its own font: its size in points at 100 %
_PILLS = ("raised", "good", "bad", "warn")

Normal, Medium, Bold = QFont.Weight.Normal, QFont.Weight.Medium, QFont.Weight.DemiBold


class Theme(msgspec.Struct, frozen=True, kw_only=True):
    """The colours of one theme, by purpose.

    Surfaces from back to front: window, panel, head, raised. `faint` is for decoration and line numbers only: its
    contrast is too low for text. added, changed, removed, good_bg, bad_bg, warn_bg, selection and hover are
    backgrounds; each *_text is the text on that background. *_word is the background of words that differ, under
    `text`; `moved` draws links between moved events. On `selection` only `text` has enough contrast. `tools`: the
    colours of the tools in turn (see kind_color).
    """

    name: str
    window: QColor
    panel: QColor
    head: QColor
    raised: QColor
    line: QColor
    grid: QColor
    band: QColor
    density: QColor
    text: QColor
    secondary: QColor
    faint: QColor
    accent: QColor
    on_accent: QColor
    selection: QColor
    hover: QColor
    added: QColor
    added_text: QColor
    changed: QColor
    changed_text: QColor
    removed: QColor
    removed_text: QColor
    added_word: QColor
    changed_word: QColor
    removed_word: QColor
    moved: QColor
    good_bg: QColor
    good_text: QColor
    bad_bg: QColor
    bad_text: QColor
    warn_bg: QColor
    warn_text: QColor
    observation: QColor
    decision: QColor
    memory: QColor
    patch: QColor
    error: QColor
    damage: QColor
    agent: QColor
    on_mark: QColor
    tools: tuple[QColor, ...]


def _theme(name: str, tools: tuple[str, ...], **colors: str) -> Theme:
    kinds = {
        "observation": "#56b4e9",
        "decision": "#cf6fa4",
        "memory": "#e69f00",
        "patch": "#b58cff",
        "error": "#ff5a4f",
        "on_mark": "#0c1726",
    }
    tokens = {token: QColor(value) for token, value in {**kinds, **colors}.items()}
    return Theme(name=name, tools=tuple(QColor(value) for value in tools), **tokens)


DARK = _theme(
    "dark",
    # The ramp #009e73, #0fa3a3, #7fb800 and colours between them, in an order in which neighbours differ.
    ("#009e73", "#0fa3a3", "#7fb800", "#08a18b", "#47ae52", "#40a93a"),
    window="#15181d",
    panel="#1b1f26",
    head="#181c22",
    raised="#232832",
    line="#2d3440",
    grid="#242933",
    band="#282d36",
    density="#404955",
    text="#dfe4ec",
    secondary="#8b95a5",
    faint="#646f7f",
    accent="#5aa9ff",
    on_accent="#0c1726",
    selection="#24415f",
    hover="#262c36",
    added="#17402f",
    added_text="#7ee2a8",
    changed="#43371a",
    changed_text="#ffd479",
    removed="#4a2129",
    removed_text="#ff9d96",
    added_word="#22694a",
    changed_word="#775a14",
    removed_word="#86313a",
    moved="#56b4e9",
    good_bg="#173d2c",
    good_text="#7ee2a8",
    bad_bg="#4a2129",
    bad_text="#ff9d96",
    warn_bg="#43371a",
    warn_text="#ffd479",
    damage="#f0e442",
    agent="#8b95a5",
)

LIGHT = _theme(
    "light",
    ("#009e73", "#0da0a0", "#6d9f00", "#08a18b", "#3ea449", "#3da537"),  # the same, dark enough to be visible on white
    window="#eef0f3",
    panel="#ffffff",
    head="#f7f8fa",
    raised="#f5f6f8",
    line="#d9dde3",
    grid="#eceef1",
    band="#eaecef",
    density="#c6cad2",
    text="#1d2430",
    secondary="#5f6b7c",
    faint="#8591a3",
    accent="#1668c7",
    on_accent="#ffffff",
    selection="#d8e8fb",
    hover="#f0f2f5",
    added="#dff5e7",
    added_text="#14683a",
    changed="#fbf0d2",
    changed_text="#7a5200",
    removed="#fde4e2",
    removed_text="#a8201a",
    added_word="#a6e3c0",
    changed_word="#f3d27b",
    removed_word="#f8b4ae",
    moved="#2d8fcf",
    good_bg="#dff5e7",
    good_text="#14683a",
    bad_bg="#fde4e2",
    bad_text="#a8201a",
    warn_bg="#fbf0d2",
    warn_text="#7a5200",
    observation="#2f9ad6",
    decision="#b8528a",
    memory="#c18500",
    patch="#a47af1",
    error="#e5382c",
    damage="#8a6d00",
    agent="#5f6b7c",
)


class ThemeEvents(QObject):
    """Signals: changed(): `theme()` returns another theme, or text has another size; repaint.

    Attributes:
        text_scale: the size of text in percent of its usual size, one of TEXT_SCALES.
        was_scaled: whether it was ever changed, so that widgets with their own font know its usual size.
    """

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.theme = DARK
        self.choice = "dark"
        self.text_scale = 100
        self.was_scaled = False

    @Slot()
    def on_system_scheme_changed(self) -> None:
        app = QApplication.instance()
        if self.choice == "auto" and isinstance(app, QApplication):
            apply_theme(app, "auto")


@cache
def theme_events() -> ThemeEvents:
    """Return the object that signals changes."""
    return ThemeEvents()


def theme() -> Theme:
    """Return the current theme."""
    return theme_events().theme


def choose_theme(app: QApplication, choice: str) -> None:
    """Draw icons in a theme from now on, before `apply_theme`: "dark", "light", or "auto", which follows the system."""
    events = theme_events()
    light = choice == "light" or (choice == "auto" and app.styleHints().colorScheme() == Qt.ColorScheme.Light)
    events.choice, events.theme = choice, LIGHT if light else DARK


def apply_theme(app: QApplication, choice: str) -> None:
    """Give the whole application a theme. `choice`: "dark", "light", or "auto", which follows the system."""
    choose_theme(app, choice)
    events = theme_events()
    app.styleHints().colorSchemeChanged.connect(events.on_system_scheme_changed, Qt.ConnectionType.UniqueConnection)
    app.setStyle(QStyleFactory.create("Fusion"))
    app.setPalette(_palette(events.theme))
    app.setFont(ui_font())
    app.setStyleSheet(_style_sheet(events.theme))
    if events.was_scaled:
        _scale_own_fonts(app)
    events.changed.emit()


def apply_text_scale(app: QApplication, percent: int) -> None:
    """Show all text in another size, one of TEXT_SCALES; rows and lanes keep their height."""
    events = theme_events()
    if percent == events.text_scale:
        return
    for widget in app.allWidgets():
        if widget.testAttribute(Qt.WidgetAttribute.WA_SetFont) and widget.property(_USUAL_SIZE) is None:
            widget.setProperty(_USUAL_SIZE, widget.font().pointSizeF() * 100 / events.text_scale)
    events.text_scale, events.was_scaled = percent, True
    apply_theme(app, events.choice)  # also sets the font of all other widgets


def _scale_own_fonts(app: QApplication) -> None:
    """Set the size of widgets with their own font again; setting a style sheet resets it to the original size."""
    for widget in app.allWidgets():
        usual = widget.property(_USUAL_SIZE)
        if isinstance(usual, float):
            font = widget.font()
            font.setPointSizeF(usual * theme_events().text_scale / 100)
            widget.setFont(font)


def set_role(widget: QWidget, role: str) -> None:
    """Give a widget one of the looks of the style sheet; it can be called again.

    Labels: title, secondary, link. Surfaces: panel, head, raised, line, pill, popup,
    good, bad, warn, info. Tool buttons: secondary, link, chip, and as pills raised, good, bad, warn.
    """
    widget.setProperty("role", role)
    bold = role == "title" or (isinstance(widget, QToolButton) and role in _PILLS)
    font = ui_font(Bold) if bold else widget.font()
    if widget.testAttribute(Qt.WidgetAttribute.WA_WState_Polished):
        widget.style().unpolish(widget)
        widget.style().polish(widget)
    widget.setFont(font)  # polishing has reset it


def kind_color(kind: str, tool: int | None = None) -> QColor:
    """Return the colour of an event's kind; `tool`: index in RunIndex.tools (None or negative: no tool)."""
    colors = theme()
    group = group_of(kind)
    if group is KindGroup.ERROR:
        return colors.error
    if tool is not None and tool >= 0:
        return colors.tools[tool % len(colors.tools)]
    match group:
        case KindGroup.TOOL:
            return colors.tools[0]
        case KindGroup.OBSERVATION:
            return colors.observation
        case KindGroup.DECISION:
            return colors.decision
        case KindGroup.MEMORY:
            return colors.memory
        case KindGroup.PATCH:
            return colors.patch
        case KindGroup.DAMAGE:
            return colors.damage
        case KindGroup.AGENT | KindGroup.SNAPSHOT | KindGroup.CUSTOM | KindGroup.OTHER:
            return colors.agent


def ui_font(weight: QFont.Weight = Normal, size: float = UI_SIZE) -> QFont:
    """Return the proportional font of the window; `size` in logical pixels."""
    return _font(QFontDatabase.SystemFont.GeneralFont, weight, size)


def data_font(weight: QFont.Weight = Normal, size: float = DATA_SIZE) -> QFont:
    """Return the monospaced font of data; `size` in logical pixels."""
    return _font(QFontDatabase.SystemFont.FixedFont, weight, size)


def _font(fallback: QFontDatabase.SystemFont, weight: QFont.Weight, size: float) -> QFont:
    families = font_families(fallback == QFontDatabase.SystemFont.FixedFont)
    font = QFont(families) if families else QFontDatabase.systemFont(fallback)
    screen = QGuiApplication.primaryScreen()
    # Only point sizes may be fractions; a logical pixel is 1/96 inch unless the screen defines it differently.
    font.setPointSizeF(
        size * theme_events().text_scale / 100 * 72.0 / (screen.logicalDotsPerInchY() if screen else 96.0)
    )
    if families:  # the packaged fonts are variable: for a weight, Qt would smear the regular one
        font.setVariableAxis(QFont.Tag("wght"), float(weight.value))
    else:
        font.setWeight(weight)
    font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    font.setFeature(QFont.Tag("tnum"), 1)
    if fallback == QFontDatabase.SystemFont.FixedFont:
        font.setStyleHint(QFont.StyleHint.Monospace)
        font.setFeature(QFont.Tag("calt"), 0)  # data shows each character as it is: no ligatures
    return font


def _palette(colors: Theme) -> QPalette:
    palette, role = QPalette(), QPalette.ColorRole
    for which, color in (
        (role.Window, colors.window),
        (role.WindowText, colors.text),
        (role.Base, colors.panel),
        (role.AlternateBase, colors.raised),
        (role.Text, colors.text),
        (role.PlaceholderText, colors.secondary),
        (role.Button, colors.raised),
        (role.ButtonText, colors.text),
        (role.BrightText, colors.error),
        (role.ToolTipBase, colors.raised),
        (role.ToolTipText, colors.text),
        (role.Highlight, colors.selection),
        (role.HighlightedText, colors.text),
        (role.Accent, colors.accent),
        (role.Link, colors.accent),
        (role.LinkVisited, colors.accent),
        (role.Light, colors.raised),
        (role.Midlight, colors.raised),
        (role.Mid, colors.line),
        (role.Dark, colors.line),
        (role.Shadow, colors.window),
    ):
        palette.setColor(which, color)
    for which in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, which, colors.faint)
    return palette


def _style_sheet(colors: Theme) -> str:
    sizes = {name: value for name, value in globals().items() if name.isupper() and isinstance(value, int)}
    tokens = {name: getattr(colors, name) for name in colors.__struct_fields__}
    words = {name: value.name() for name, value in tokens.items() if isinstance(value, QColor)}
    words["themes"], words["name"] = (resources() / "themes").as_posix(), colors.name
    sheet = (resources() / "themes" / "window.qss").read_text("utf-8")
    return re.sub(r"@([A-Z_]+|[a-z_]+)", lambda token: str(words.get(token[1]) or sizes[token[1]]), sheet)
