"""Runs made up for contrasts: features at random, and one that some of the failing runs alone have."""

from __future__ import annotations

import random

from replay_gui.core.contrast.features.feature import Feature, FeatureKind, HeldFeature
from replay_gui.core.log.positions import EventIndex

PLANTED = "delete_account"
_ACTIONS, _READS, _FIGURES = 4, 16, 8


def planted_runs(
    count: int, rate: float, seed: int, *, missing: bool = False
) -> tuple[list[list[HeldFeature]], list[bool]]:
    """Return (features of each run, whether each passed): half of them fail, in any order.

    Each run has random features, independent of its outcome. A fault is planted in the share `rate` of the failing
    runs, rounded: an action that no passing run did; with `missing`, they lack one that all passing runs did.
    """
    dice = random.Random(seed)
    passed = [number < count // 2 for number in range(count)]
    dice.shuffle(passed)
    failing = [number for number in range(count) if not passed[number]]
    faulty = set(dice.sample(failing, round(rate * len(failing))))
    runs = [_features(dice, planted=rate > 0 and (number in faulty) != missing) for number in range(count)]
    return runs, passed


def _features(dice: random.Random, planted: bool) -> list[HeldFeature]:
    found = list[HeldFeature]()

    def hold(kind: FeatureKind, tool: str = "", path: str = "", value: str = "", request: str = "") -> None:
        feature = Feature(kind=kind, tool=tool, path=path, value=value, request=request)
        found.append(HeldFeature(feature, EventIndex(len(found))))

    actions = [f"action_{n}" for n in range(_ACTIONS) if dice.random() < (0.9 if n < 2 else 0.5)]
    for tool in [*actions, *([PLANTED] if planted else [])]:
        size = dice.choice(["small", "large"]) if tool != PLANTED else "all"
        hold(FeatureKind.DID, tool, value=f"size={size}", request=f"{tool}-{size}")
        hold(FeatureKind.CHANGED, tool)
        hold(FeatureKind.CHANGED_WITH, tool, "/size", f'"{size}"')
    for n in range(_READS):
        if dice.random() < 0.5:
            hold(FeatureKind.READ, f"get_{n}", value="id=1", request=f"get-{n}")
            hold(FeatureKind.READ_TOOL, f"get_{n}")
    for n in range(_FIGURES):
        if dice.random() < 0.5:
            hold(FeatureKind.TOLD, value=str(100 + n))
    return found
