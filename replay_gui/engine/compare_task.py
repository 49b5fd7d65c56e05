"""What a worker is told to compare."""

from __future__ import annotations

import msgspec

from replay_gui.core.divergence.rules import Rule


class ComparedRun(msgspec.Struct, frozen=True):
    """One of the two: its log, the folder that its index is in, and the state of the file that was opened."""

    path: str
    folder: str
    stamp: tuple[int, int, int, int]


class CompareTask(msgspec.Struct, frozen=True):
    """What to compare, by which rules and anchors; `result` is the folder that the columns go to."""

    a: ComparedRun
    b: ComparedRun
    rules: tuple[Rule, ...]
    anchors: tuple[tuple[int, int], ...]
    result: str
