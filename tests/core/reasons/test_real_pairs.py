"""Pairs of real trials whose true difference is computed here from the source files, with plain code."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from replay_gui.commands.runs import open_run
from replay_gui.core.contrast.run_reading import read_run
from replay_gui.core.divergence.side import ComparedSide
from replay_gui.core.effects.effect import Effect, EffectFinding
from replay_gui.core.effects.observed import observe_effects
from replay_gui.core.facts.run_outcome import RunResult
from replay_gui.core.reasons.reason import Reason, ReasonKind, Tier
from replay_gui.core.reasons.why import WhyFinder
from replay_gui.core.reasons.why_result import WhyResult
from tests.helpers.paths import SHARED_DATA
from tests.helpers.shared_data import requires_shared_data

pytestmark = requires_shared_data

TAU = SHARED_DATA / "tau-bench"
MINI = SHARED_DATA / "mini-swe-agent" / "pylint-dev__astroid-1196"
WRITES = ("book_", "cancel_", "update_", "send_certificate")  # the tools of the airline that change its database
UNKNOWN = RunResult(), RunResult()
Done = tuple[str, str]  # (tool, arguments as canonical JSON)


@dataclass(frozen=True)
class Trial:
    task: str
    name: str
    passed: bool
    done: Counter[Done]
    side: ComparedSide


def done_in(trial: dict[str, Any]) -> Counter[Done]:
    """The calls that changed the database, as the source has them."""
    asked: dict[str, Done] = {}
    done: Counter[Done] = Counter()
    for message in trial["traj"]:
        for call in message.get("tool_calls") or ():
            function = call["function"]
            asked[call["id"]] = function["name"], json.dumps(json.loads(function["arguments"]), sort_keys=True)
        if message["role"] == "tool":
            tool, arguments = asked[message["tool_call_id"]]
            if tool.startswith(WRITES) and not message["content"].startswith("Error"):
                done[tool, arguments] += 1
    return done


def read_trials(folder: Path, files: ExitStack, rename: dict[str, str] | None) -> list[Trial]:
    """All trials; with `rename` every tool is called by a name that says nothing."""
    trials = []
    for path in sorted(TAU.glob("task*/trial*.json")):
        document = json.loads(path.read_text())
        trial = document[0] if isinstance(document, list) else document
        given, done = path, done_in(trial)
        if rename is not None:
            hide_names(trial, rename)
            given = folder / f"{path.parent.name}-{path.name}"
            given.write_text(json.dumps(document))
        index = folder / f"{path.parent.name}-{path.stem}-{rename is not None}"
        index.mkdir()
        side = ComparedSide.build(files.enter_context(open_run(str(given), None)).log, index)
        if rename is not None:
            done = Counter({(rename[tool], arguments): count for (tool, arguments), count in done.items()})
        trials.append(Trial(path.parent.name, path.stem, trial["reward"] >= 1, done, side))
    return trials


def hide_names(trial: dict[str, Any], names: dict[str, str]) -> None:
    for message in trial["traj"]:
        for call in message.get("tool_calls") or ():
            name = call["function"]["name"]
            call["function"]["name"] = names.setdefault(name, f"tool_{len(names) + 1}")
        if message["role"] == "tool" and message.get("name"):
            message["name"] = names.setdefault(message["name"], f"tool_{len(names) + 1}")


@pytest.fixture(scope="module")
def trials(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Trial]]:
    with ExitStack() as files:
        yield read_trials(tmp_path_factory.mktemp("trials"), files, None)


def pairs(trials: list[Trial]) -> Iterator[tuple[Trial, Trial]]:
    for a in trials:
        for b in trials:
            if a.task == b.task and a.name < b.name:
                yield a, b


def named(reason: Reason) -> set[Done]:
    """The actions that a reason names."""
    inputs = [value for value in (reason.a, reason.b) if value is not None]
    return {(reason.tool or "", json.dumps(value, sort_keys=True)) for value in inputs}


def is_right(a: Trial, b: Trial, why: WhyResult, tiers: tuple[Tier, ...] = (Tier.ACTION,)) -> bool:
    """Whether the first reason names an action that only one did; or no action, where they did the same."""
    different = set((a.done - b.done) + (b.done - a.done))
    actions = [reason for reason in why.reasons if reason.tier is Tier.ACTION]
    if not different:
        return not actions
    return bool(why.reasons) and why.reasons[0].tier in tiers and not named(why.reasons[0]).isdisjoint(different)


@pytest.mark.parametrize("told", [True, False])
def test_the_first_reason_names_an_action_that_only_one_trial_did(trials: list[Trial], told: bool) -> None:
    mixed = [(a, b) for a, b in pairs(trials) if a.passed != b.passed]
    assert len(mixed) == 22
    for a, b in mixed:
        why = WhyFinder(a.side, b.side, (a.name, b.name)).find(results=None if told else UNKNOWN)
        assert is_right(a, b, why), (a.task, a.name, b.name, why.reasons[:1])
        assert why.failed == (None if not told else "b" if a.passed else "a")


@pytest.mark.parametrize("told", [True, False])
def test_trials_that_both_passed_name_no_action(trials: list[Trial], told: bool) -> None:
    both = [(a, b) for a, b in pairs(trials) if a.passed and b.passed]
    assert len(both) == 7
    for a, b in both:
        assert a.done == b.done
        why = WhyFinder(a.side, b.side).find(results=None if told else UNKNOWN)
        assert [reason for reason in why.reasons if reason.tier is Tier.ACTION] == []
        assert all(reason.kind is not ReasonKind.ORDER for reason in why.reasons)


def test_without_the_names_of_tools_it_is_seen_which_change_something(tmp_path: Path) -> None:
    with ExitStack() as files:
        names: dict[str, str] = {}
        hidden = read_trials(tmp_path, files, names)
        calls = [read_run(trial.side.log).calls for trial in hidden]
        seen: dict[str, EffectFinding] = observe_effects(calls)
        changing = {tool for tool, name in names.items() if name in seen and seen[name].effect is Effect.CHANGES}
        assert changing
        assert all(tool.startswith(WRITES) for tool in changing)
        tiers = (Tier.ACTION, Tier.UNSURE)
        mixed = [(a, b) for a, b in pairs(hidden) if a.passed != b.passed]
        right = [is_right(a, b, WhyFinder(a.side, b.side, observed=seen).find(), tiers) for a, b in mixed]
        assert (sum(right), len(right)) == (22, 22)


def test_of_two_patches_it_names_the_place_of_the_fix(tmp_path: Path) -> None:
    """astroid-1196: `Dict.getitem` does not catch the InferenceError of `value.infer()` in the run that failed."""
    with ExitStack() as files:
        sides = {}
        for name in ("chat_dev", "chat_dev_rerun", "lite_dev_noparallel", "reasoner_dev"):
            folder = tmp_path / name
            folder.mkdir()
            opened = files.enter_context(open_run(str(MINI / f"deepseek_{name}.traj.json"), None))
            sides[name] = ComparedSide.build(opened.log, folder)
        for passed in ("chat_dev", "chat_dev_rerun"):
            first = WhyFinder(sides[passed], sides["lite_dev_noparallel"]).find().reasons[0]
            assert first.kind is ReasonKind.SUBMISSION
            assert "Dict of astroid/nodes/node_classes.py" in first.sentence
            assert "the new lines of A use InferenceError" in first.sentence
            assert "B saw it, too" in first.details[0]
        nothing = WhyFinder(sides["chat_dev"], sides["reasoner_dev"]).find().reasons[0]
        assert nothing.kind is ReasonKind.SUBMISSION
        assert nothing.sentence.startswith("B submitted nothing: it ended with a timeout (Timeout) after 0 calls")
