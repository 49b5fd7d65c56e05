"""Colours that mean something are told apart by people who see fewer colours, or have a sign of another kind.

How colours look to them: Machado, Oliveira and Fernandes, "A Physiologically-based Model for Simulation of Color Vision
Deficiency" (2009), the matrices of severity 1.0 on linear RGB. How far colours are from each other: Ottosson's OKLab.
"""

from __future__ import annotations

from itertools import combinations
from typing import TypeAlias

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication

from replay_gui.core.log.kinds import KindGroup, group_of
from replay_gui.look.marks import mark_of
from replay_gui.look.theme import DARK, LIGHT, apply_theme, theme
from replay_gui.models.comparison.comparison_rows import RowTone
from replay_gui.models.comparison.diff_lines import DiffStyle
from replay_gui.models.values.value_row import ChangeMark
from replay_gui.widgets.comparison.diff_delegate import SIGN_OF_STYLE
from replay_gui.widgets.comparison.divergence_strip import tone_color, tone_reach
from replay_gui.widgets.run.value_delegate import SIGN_OF_MARK
from replay_gui.widgets.timeline.overview_strip import CHANGE_HEIGHT, FOUND_HEIGHT
from replay_gui.widgets.timeline.spending_band import TOKEN_WIDTHS, token_colors
from tests.look.contrast import contrast

FAR = 0.10  # in OKLab
VISIONS = {
    "all colours": np.eye(3),
    "no red": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "no green": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
    "no blue": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
    ),
}
TO_CONES = np.array(
    [[0.4122214708, 0.5363325363, 0.0514459929], [0.2119034982, 0.6806995451, 0.1073969566],
     [0.0883024619, 0.2817188376, 0.6299787005]]
)  # fmt: skip
TO_LAB = np.array(
    [[0.2104542553, 0.7936177850, -0.0040720468], [1.9779984951, -2.4285922050, 0.4505937099],
     [0.0259040371, 0.7827717662, -0.8086757660]]
)  # fmt: skip
KINDS_OF_GROUPS = {
    KindGroup.OBSERVATION: "Observation",
    KindGroup.DECISION: "Decision",
    KindGroup.TOOL: "ToolRequest",
    KindGroup.MEMORY: "MemoryWrite",
    KindGroup.PATCH: "PatchProposal",
    KindGroup.ERROR: "Error",
    KindGroup.DAMAGE: "(skipped)",
    KindGroup.AGENT: "StateTransition",
}


def as_seen(color: QColor, vision: NDArray[np.float64]) -> NDArray[np.float64]:
    """The colour in OKLab."""
    encoded = np.array([color.redF(), color.greenF(), color.blueF()])
    linear = np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4)
    return np.asarray(TO_LAB @ np.cbrt(TO_CONES @ np.clip(vision @ linear, 0, 1)))


def distance(one: QColor, other: QColor) -> float:
    """How far two colours are from each other for those who see the least difference."""
    return min(float(np.linalg.norm(as_seen(one, by) - as_seen(other, by))) for by in VISIONS.values())


def test_the_measure() -> None:
    assert distance(QColor("#ffffff"), QColor("#000000")) == pytest.approx(1.0, abs=0.01)
    assert distance(QColor("#ff0000"), QColor("#00a000")) < distance(QColor("#0072b2"), QColor("#e69f00"))


Meant: TypeAlias = tuple[
    object, QColor, object
]  # what is meant, its colour, its other sign: a shape, a place or a word


def places() -> dict[str, list[Meant]]:
    """Where colours mean something, in the theme now: what, and by which sign besides its colour it can be known."""
    now = theme()
    groups = [
        (group, getattr(now, group.name.lower()), mark_of(kind))
        for group, kind in KINDS_OF_GROUPS.items()
        if group is not KindGroup.TOOL
    ]
    return {
        "events": [*groups, (KindGroup.TOOL, now.tools[0], mark_of("ToolRequest"))],
        "tokens": list(zip(("uncached", "cached", "output"), token_colors(), TOKEN_WIDTHS, strict=True)),
        "strip of a run": [
            ("error", now.error, 1.0),
            ("hit", now.changed_text, FOUND_HEIGHT),
            ("change", now.accent, CHANGE_HEIGHT),
        ],
        "ticks of a timeline": [
            ("hit", now.changed_text, "tick"),
            ("divergence", now.memory, "tick"),
            ("cause", now.error, "triangle"),
            ("change", now.accent, "dot"),
        ],
        "marks of a timeline": [("mark of the run", now.memory, "ribbon"), ("note", now.accent, "ribbon")],
        "strip of a comparison": [
            (tone, tone_color(tone), tone_reach(tone)) for tone in RowTone if tone is not RowTone.EQUAL
        ],
        "rows of a comparison": [
            ("only in A", now.removed, "a gap in B"),
            ("only in B", now.added, "a gap in A"),
            ("changed", now.changed, "both"),
            ("moved", now.moved, "a bar"),
        ],
        "changes of the state": [(mark, now.text, sign) for mark, sign in SIGN_OF_MARK.items()],
        "lines of differences": [(style, now.text, sign) for style, sign in SIGN_OF_STYLE.items()],
        "verdicts": [
            ("good", now.good_text, "check"),
            ("bad", now.bad_text, "cross"),
            ("not verifiable", now.warn_text, "warning"),
        ],
    }


@pytest.mark.parametrize("choice", ["dark", "light"])
def test_every_pair_of_meanings_is_told_apart_by_colour_or_by_another_sign(qapp: QApplication, choice: str) -> None:
    apply_theme(qapp, choice)
    alike = [
        (place, one[0], other[0])
        for place, meant in places().items()
        for one, other in combinations(meant, 2)
        if one[2] == other[2] and distance(one[1], other[1]) < FAR
    ]
    assert alike == []


@pytest.mark.parametrize("choice", ["dark", "light"])
def test_what_is_drawn_without_words_stands_out(qapp: QApplication, choice: str) -> None:
    apply_theme(qapp, choice)
    drawn = [("tokens", color) for color in token_colors()]
    drawn += [(tone.name, tone_color(tone)) for tone in RowTone if tone > RowTone.IGNORED]
    assert [(name, color.name()) for name, color in drawn if contrast(color, theme().panel) < 3] == []


def test_groups_of_events_have_shapes_of_their_own() -> None:
    assert {group_of(kind): kind for kind in KINDS_OF_GROUPS.values()} == KINDS_OF_GROUPS
    shapes = [mark_of(kind) for kind in KINDS_OF_GROUPS.values()]
    alike = {kind for kind, shape in zip(KINDS_OF_GROUPS.values(), shapes, strict=True) if shapes.count(shape) > 1}
    for now in (DARK, LIGHT):
        colors = [getattr(now, group.name.lower()) for group, kind in KINDS_OF_GROUPS.items() if kind in alike]
        assert all(distance(one, other) >= FAR for one, other in combinations(colors, 2)), alike


def test_what_was_added_changed_or_removed_has_a_sign() -> None:
    assert set(SIGN_OF_MARK) == {ChangeMark.ADDED, ChangeMark.CHANGED, ChangeMark.REMOVED}
    assert len(set(SIGN_OF_MARK.values())) == 3
    assert len(set(SIGN_OF_STYLE.values())) == len({DiffStyle.ADDED, DiffStyle.REMOVED} & set(SIGN_OF_STYLE)) == 2
