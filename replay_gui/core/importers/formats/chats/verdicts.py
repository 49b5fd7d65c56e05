"""Read the results that grading programs write beside a trajectory: Harbor's rewards, and resolved tasks."""

from __future__ import annotations

from math import isfinite
from pathlib import Path
from typing import Any

from replay_gui.core.errors import ReplayError
from replay_gui.core.importers.foreign_file import read_side_json
from replay_gui.core.importers.run_builder import RunBuilder, cut_text
from replay_gui.core.importers.side_files import belongs_to
from replay_gui.core.log.source import Source
from replay_gui.core.path_kinds import is_file

_REWARD = "reward"  # Harbor's main reward; a trial may have others
_OF_VERIFIER = ("Verifier", "Reward", "AddTests", "DownloadVerifier")  # how errors after the agent's end begin
_RESULTS = ("report.json", "results.json")  # of SWE-bench's evaluation, of a task or of many


# ---- Harbor ------------------------------------------------------------------------------------------
def harbor_files(trajectory: Path) -> list[Path]:
    """Return the existing files with the rewards of a trial by Harbor's verifier."""
    folder = trajectory.parent.parent if trajectory.parent.name == "agent" else trajectory.parent
    names = ("result.json", "verifier/reward.json", "verifier/reward.txt")
    return [path for name in names if is_file(path := folder / name) and belongs_to(path, trajectory, folder)]


def add_harbor_result(run: RunBuilder, trajectory: Path) -> None:
    """Add how the trial ended and each of its rewards, if they are beside its trajectory."""
    rewards: dict[str, Any] = {}
    for path in harbor_files(trajectory):
        content = _reward_text(path) if path.suffix == ".txt" else read_side_json(path)
        if path.name == "result.json":
            content = content if isinstance(content, dict) else {}
            _add_exception(run, content.get("exception_info"))
            verified = content.get("verifier_result")
            content = verified.get("rewards") if isinstance(verified, dict) else None
        rewards = rewards or (content if isinstance(content, dict) else {})
    for name, value in rewards.items():
        if isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value):
            is_main = name == _REWARD
            by = "Harbor reward" if is_main else f"Harbor reward: {name}"
            run.outcome(passed=value >= 1 if is_main else None, score=float(value), by=by)


def _add_exception(run: RunBuilder, wrong: Any) -> None:
    if isinstance(wrong, dict):
        kind, message = str(wrong.get("exception_type") or "error"), wrong.get("exception_message")
        why = f"{kind}: {message}" if message else kind
        if kind.startswith(_OF_VERIFIER):
            run.outcome(passed=None, score=None, by="Harbor verifier", label=cut_text(why))
        else:
            run.end("timeout" if "Timeout" in kind else "crash", why)


def _reward_text(path: Path) -> dict[str, float]:
    try:
        with Source(path) as source:
            return {_REWARD: float(source.read_at(0, min(source.size, 64)))}
    except (ReplayError, ValueError):
        return {}


# ---- SWE-bench ---------------------------------------------------------------------------------------
def result_files(trajectory: Path) -> list[Path]:
    """Return the files beside a trajectory, or beside its folder, that may record whether its task was resolved."""
    folders = (trajectory.parent, trajectory.parent.parent)
    return [
        path
        for folder in folders
        for name in _RESULTS
        if is_file(path := folder / name) and belongs_to(path, trajectory, folder)
    ]


def add_resolved(run: RunBuilder, trajectory: Path, task: str) -> None:
    """Add whether the task was resolved, if a results file records it."""
    for path in result_files(trajectory):
        resolved = _is_resolved(read_side_json(path), task)
        if resolved is not None:
            run.outcome(passed=resolved, score=None, by="SWE-bench evaluation")
            return


def _is_resolved(results: Any, task: str) -> bool | None:
    if not isinstance(results, dict):
        return None
    own = results.get(task)
    if isinstance(own, dict) and isinstance(own.get("resolved"), bool):
        return bool(own["resolved"])
    lists = {name: ids for name, ids in results.items() if isinstance(ids, list) and task in ids}
    if lists and isinstance(results.get("resolved", results.get("resolved_ids")), list):
        return not lists.keys().isdisjoint({"resolved", "resolved_ids"})
    return None
