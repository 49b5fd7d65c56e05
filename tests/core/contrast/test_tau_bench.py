"""The six tasks of tau-bench, against what plain code finds in the source: which changes each trial made."""

from __future__ import annotations

import json
from collections import Counter
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from replay_gui.core.contrast.features.feature import Feature, FeatureKind
from replay_gui.core.contrast.run_groups import tasks_of
from replay_gui.core.contrast.tasks import separate_runs
from tests.core.contrast.conftest import ReadFiles
from tests.helpers.paths import SHARED_DATA
from tests.helpers.shared_data import requires_shared_data

pytestmark = requires_shared_data
FOLDER = SHARED_DATA / "tau-bench"
CHANGING = ("book_", "update_", "cancel_", "send_")  # how the airline's tools begin that change its database


def changes(path: Path) -> Counter[tuple[str, str]]:
    """(tool, arguments) of every change that was not refused."""
    trial = json.loads(path.read_text("utf-8"))
    answers = {message["tool_call_id"]: message["content"] for message in trial["traj"] if message["role"] == "tool"}
    return Counter(
        (call["function"]["name"], json.dumps(json.loads(call["function"]["arguments"]), sort_keys=True))
        for message in trial["traj"]
        for call in message.get("tool_calls") or ()
        if call["function"]["name"].startswith(CHANGING) and not answers.get(call["id"], "Error").startswith("Error")
    )


def values(value: Any) -> set[str]:
    if isinstance(value, dict):
        return {leaf for member in value.values() for leaf in values(member)}
    if isinstance(value, list):
        return {leaf for item in value for leaf in values(item)}
    return {json.dumps(value)}


def is_named(feature: Feature, differing: Counter[tuple[str, str]]) -> bool:
    """Whether one of the changes that only one of two trials made is the one that the feature is about."""
    for tool, arguments in differing:
        if feature.kind == FeatureKind.CHANGED_ANY:
            return True
        if tool != feature.tool:
            continue
        if feature.kind == FeatureKind.CHANGED or feature.kind == FeatureKind.DID:
            return True
        if feature.kind == FeatureKind.CHANGED_WITH and feature.value in values(json.loads(arguments)):
            return True
    return False


@pytest.mark.parametrize("task", ["07", "13", "26", "30", "34", "46"])
def test_the_first_separator_names_a_change_of_the_truth(task: str, read_files: ReadFiles) -> None:
    paths = sorted((FOLDER / f"task{task}").glob("*.json"))
    made = read_files(*paths)
    (group,) = tasks_of(made.runs.runs, made.runs.outcomes)
    assert group.mixed
    first = separate_runs(made.runs.table, made.runs.outcomes, group.runs).separators[0]
    passing, failing = ([n for n in group.runs if made.runs.outcomes[n] is wanted] for wanted in (True, False))
    separated = [(p, f) for p, f in product(passing, failing) if (p in first.runs) != (f in first.runs)]
    assert separated
    for p, f in separated:
        a, b = changes(paths[p]), changes(paths[f])
        assert is_named(first.feature, (a - b) + (b - a)), (first.sentence, p, f)


def test_no_outcome_leaks_into_the_features(read_files: ReadFiles) -> None:
    """What the grader adds (reward, expected actions) is no feature: a trial without its end has the same ones."""
    made = read_files(*sorted(FOLDER.glob("task07/*.json")))
    for profile in made.profiles:
        facts = {held.feature.value for held in profile.features} | {held.feature.path for held in profile.features}
        assert not any("reward" in text or "gt_data_hash" in text for text in facts)


def test_with_every_tool_renamed_the_first_separator_is_found_from_what_was_seen(
    tmp_path: Path, read_files: ReadFiles
) -> None:
    """All 24 runs are at hand; which calls change anything has to be learnt from their answers."""
    numbers: dict[str, int] = {}
    paths = []
    for path in sorted(FOLDER.glob("task*/*.json")):
        trial = json.loads(path.read_text("utf-8"))
        for message in trial["traj"]:
            for call in message.get("tool_calls") or ():
                name = call["function"]["name"]
                call["function"]["name"] = f"tool_{numbers.setdefault(name, len(numbers) + 1)}"
            if message.get("role") == "tool":
                message["name"] = f"tool_{numbers.setdefault(message['name'], len(numbers) + 1)}"
        renamed = tmp_path / f"{path.parent.name}-{path.name}"
        renamed.write_text(json.dumps(trial), "utf-8")
        paths.append(renamed)
    names = {f"tool_{number}": name for name, number in numbers.items()}
    made = read_files(*paths)
    right = 0
    for group in tasks_of(made.runs.runs, made.runs.outcomes):
        first = separate_runs(made.runs.table, made.runs.outcomes, group.runs).separators[0].feature
        right += names.get(first.tool, "").startswith(CHANGING) or first.kind == FeatureKind.CHANGED_ANY
    assert right >= 5  # send_certificate answers a sentence, which no read ever shows
