"""Makes resources/fonts/symbols.ttf, with what agents print and the other fonts lack.

``python -m tests.look.symbols_font`` writes it. The shapes are our own; a square of 1,000 units is one em.
"""

from __future__ import annotations

import io
import math
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TypeAlias

from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen

from replay_gui.core.resource_paths import resources

Outline: TypeAlias = Sequence[tuple[float, float]]
"""The corners of a filled shape, or of a hole if they are in the other direction."""

FILE = resources() / "fonts" / "symbols.ttf"
WIDTH, ASCENT, DESCENT = 600, 1020, -300  # of JetBrains Mono
_MIDDLE, _LEFT, _RIGHT, _BOTTOM, _TOP = (300, 365), 70, 530, 135, 595
_EPOCH_2024 = 3_786_912_000  # seconds since 1904, so that each run makes the same file


def box(left: float, bottom: float, right: float, top: float) -> Outline:
    return [(left, bottom), (left, top), (right, top), (right, bottom)]


def turned(outline: Outline, degrees: float) -> Outline:
    """Return a shape turned around the middle, against the clock."""
    sine, cosine = math.sin(math.radians(degrees)), math.cos(math.radians(degrees))
    x0, y0 = _MIDDLE
    moved = [(x - x0, y - y0) for x, y in outline]
    return [(round(x0 + x * cosine - y * sine), round(y0 + x * sine + y * cosine)) for x, y in moved]


def circle(corners: int = 48) -> Outline:
    """Return a circle, with the clock."""
    return [turned([(_RIGHT, _MIDDLE[1])], -360 * corner / corners)[0] for corner in range(corners)]


_UP: Outline = [(300, 595), (530, 181), (70, 181)]
_BALLOT = [box(_LEFT, _BOTTOM, _RIGHT, _TOP), box(125, 190, 475, 540)[::-1]]
_TICK: Outline = [(195, 353), (229, 390), (278, 318), (393, 483), (430, 452), (281, 247)]
_CROSS = [[(177, 278), (387, 488), (423, 452), (213, 242)], [(213, 488), (423, 278), (387, 242), (177, 452)]]
_HEAVY_TICK: Outline = [(130, 345), (205, 405), (265, 290), (450, 555), (510, 505), (270, 175)]
_HEAVY_CROSS = [[(80, 205), (460, 585), (520, 525), (140, 145)], [(140, 585), (520, 205), (460, 145), (80, 525)]]
_SPOKE: Outline = [(255, 515), (260, 600), (300, 620), (340, 600), (345, 515), (300, 385)]
GLYPHS: dict[str, Iterable[Outline]] = {
    "⎯": [box(0, 320, 600, 380)],
    "⎿": [box(270, 330, 330, 1020), box(270, 330, 600, 390)],
    "⏺": [circle()],
    "⏵": [turned(_UP, -90)],
    "⏶": [_UP],
    "⏴": [turned(_UP, 90)],
    "⏷": [turned(_UP, 180)],
    "⏸": [box(110, 135, 250, 595), box(350, 135, 490, 595)],
    "⏹": [box(80, 145, 520, 585)],
    "☐": _BALLOT,
    "☑": [*_BALLOT, _TICK],
    "☒": [*_BALLOT, *_CROSS],
    "✔": [_HEAVY_TICK],
    "✘": _HEAVY_CROSS,
    "✻": [turned(_SPOKE, 60 * spoke) for spoke in range(6)],
}


def symbols_font() -> bytes:
    """Return the font as a TrueType file."""
    names = {character: f"uni{ord(character):04X}" for character in GLYPHS}
    glyphs = {".notdef": _glyph([])} | {names[character]: _glyph(shapes) for character, shapes in GLYPHS.items()}
    builder = FontBuilder(1_000, isTTF=True)
    builder.setupGlyphOrder([*glyphs])
    builder.setupCharacterMap({ord(character): name for character, name in names.items()})
    builder.setupGlyf(glyphs)
    left = {name: getattr(glyph, "xMin", 0) for name, glyph in builder.font["glyf"].glyphs.items()}
    builder.setupHorizontalMetrics({name: (WIDTH, left[name]) for name in glyphs})
    builder.setupHorizontalHeader(ascent=ASCENT, descent=DESCENT)
    builder.setupNameTable({"familyName": "Replay Symbols", "styleName": "Regular", "licenseDescription": "MIT"})
    builder.setupOS2(sTypoAscender=ASCENT, sTypoDescender=DESCENT, usWinAscent=ASCENT, usWinDescent=-DESCENT)
    builder.setupPost()
    builder.updateHead(created=_EPOCH_2024, modified=_EPOCH_2024)
    builder.font.recalcTimestamp = False
    made = io.BytesIO()
    builder.save(made)
    return made.getvalue()


def _glyph(shapes: Iterable[Outline]) -> object:
    pen = TTGlyphPen(None)
    for first, *others in shapes:
        pen.moveTo(first)
        for corner in others:
            pen.lineTo(corner)
        pen.closePath()
    return pen.glyph()


if __name__ == "__main__":
    Path(FILE).write_bytes(symbols_font())
