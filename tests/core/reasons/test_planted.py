"""A planted difference in what was changed always comes first; other words, clocks, ids and reads are no reason."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from replay_gui.core.divergence.side import ComparedSide
from replay_gui.core.facts.run_outcome import RunResult
from replay_gui.core.reasons.reason import Reason, ReasonKind, Tier
from replay_gui.core.reasons.why import WhyFinder
from tests.core.reasons.scripts import Step, canonical, made_script, side_of, with_noise, write_run

ORDER = ReasonKind.ORDER
CHUNKS, SCRIPTS = 8, 42  # 8 * 42 scripts, six cases each: 2,016 cases by --long, else a fourteenth of them


def changes_of(steps: list[Step]) -> list[int]:
    return [at for at, step in enumerate(steps) if step.is_change]


def leave_out(steps: list[Step], chance: Random) -> tuple[list[Step], Step]:
    at = chance.choice(changes_of(steps))
    return steps[:at] + steps[at + 1 :], steps[at]


def put_in(steps: list[Step], chance: Random) -> tuple[list[Step], Step]:
    order = f"#W{chance.randrange(10**7, 10**8)}"
    extra = Step(tool="assign_ticket", input={"order_id": order, "to": "nina_kahn"}, answer={"assigned": order})
    at = chance.choice(changes_of(steps))
    return [*steps[:at], extra, *steps[at:]], extra


def change(steps: list[Step], chance: Random) -> tuple[list[Step], Step]:
    at = chance.choice(changes_of(steps))
    step = steps[at]
    name = chance.choice(sorted(step.input))
    value = step.input[name] + 11 if isinstance(step.input[name], int) else f"other_{chance.randrange(10**6)}"
    planted = replace(step, input={**step.input, name: value})
    return [*steps[:at], planted, *steps[at + 1 :]], planted


def fail(steps: list[Step], chance: Random) -> tuple[list[Step], Step]:
    at = chance.choice(changes_of(steps))
    planted = replace(steps[at], answer="Error: not allowed now", error="Error: not allowed now")
    return [*steps[:at], planted, *steps[at + 1 :]], planted


def swap(steps: list[Step], chance: Random) -> tuple[list[Step], Step]:
    first, second = sorted(chance.sample(changes_of(steps), 2))
    swapped = list(steps)
    swapped[first], swapped[second] = steps[second], steps[first]
    return swapped, steps[first]


PLANTED: dict[str, tuple[Callable[[list[Step], Random], tuple[list[Step], Step]], set[ReasonKind]]] = {
    "missing": (leave_out, {ReasonKind.MISSING}),
    "extra": (put_in, {ReasonKind.EXTRA}),
    "changed": (change, {ReasonKind.ARGUMENT}),
    "failed": (fail, {ReasonKind.ERROR}),
    "reordered": (swap, {ReasonKind.ORDER}),
}


def reasons_of(good: ComparedSide, bad: ComparedSide, swapped: bool) -> tuple[Reason, ...]:
    """The reasons of two runs; without the outcomes the first is about the same calls, or about the same two."""
    finder = WhyFinder(bad, good) if swapped else WhyFinder(good, bad)
    graded, ungraded = finder.find().reasons, finder.find(results=(RunResult(), RunResult())).reasons
    about = [
        [ORDER if reason.kind == ORDER else canonical([reason.tool, *sorted_inputs(reason)]) for reason in found[:1]]
        for found in (graded, ungraded)
    ]
    assert about[0] == about[1]
    return graded


def sorted_inputs(reason: Reason) -> list[str]:
    return sorted(canonical(value) for value in (reason.a, reason.b) if value is not None)


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_a_planted_difference_comes_first_and_noise_is_no_reason(
    chunk: int, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    is_long: bool = request.config.getoption("--long")
    for number in range(SCRIPTS if is_long else SCRIPTS // 14):
        seed = chunk * SCRIPTS + number
        chance = Random(seed)
        steps = made_script(chance)
        good = side_of(write_run(tmp_path / f"{seed}-good.rlog", steps, True, "run-good", 10**18))

        def written(name: str, changed: list[Step], seed: int = seed) -> ComparedSide:
            return side_of(write_run(tmp_path / f"{seed}-{name}.rlog", changed, False, f"run-{name}", 2 * 10**18))

        assert reasons_of(good, written("noise", with_noise(steps, chance)), False) == ()
        for name, (plant, kinds) in PLANTED.items():
            if name == "reordered" and len(changes_of(steps)) < 2:
                continue
            changed, step = plant(with_noise(steps, chance), chance)
            reasons = reasons_of(good, written(name, changed), chance.random() < 0.5)
            assert reasons, (seed, name)
            reason = reasons[0]
            assert reason.kind in kinds, (seed, name, reason)
            if name != "reordered":
                assert reason.tier is Tier.ACTION
                assert reason.tool == step.tool, (seed, name, reason)
                assert canonical(step.input) in sorted_inputs(reason), (seed, name, reason)
