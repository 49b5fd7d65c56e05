"""The rules in force for a log: those beside it only if the user has allowed them."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from replay_gui.core.contrast.call_rules import UsedRules
from replay_gui.core.divergence.rules.rules import Rules
from replay_gui.core.divergence.rules.rules_file import read_rules, rules_beside
from replay_gui.core.errors import ReplayError
from replay_gui.core.importers.run_choice import split_run
from replay_gui.core.translation.messages import trn
from replay_gui.engine.opening import user_rules, user_trusted_folders


@dataclass(frozen=True, slots=True, kw_only=True)
class RulesInForce:
    """The rules for a log.

    Attributes:
        rules: those of the file at `path`; none if it is None.
        unused: the file beside the log that is not used, because it is not allowed. unused_count: its number of
            rules; 0 if it is invalid, which `unused_problem` explains.
        problem: why the file that should be in force is not, or "".
    """

    rules: Rules
    path: Path | None = None
    unused: Path | None = None
    unused_count: int = 0
    unused_problem: str = ""
    problem: str = ""


def rules_in_force(log: Path) -> RulesInForce:
    """Return the rules beside the log if its folder is trusted, else the user's own, which may be none."""
    beside = rules_beside(log)
    if not os.path.lexists(beside):
        return _of_file(user_rules())
    own_file = _of_file(beside)
    if user_trusted_folders().contains(beside.parent):
        return own_file
    own = _of_file(user_rules())
    return replace(own, unused=beside, unused_count=len(own_file.rules), unused_problem=own_file.problem)


def rules_for_runs(sources: Sequence[str]) -> UsedRules:
    """Return the rules for all runs of these sources: as for a log if there is one source, else the user's own.

    Rules that are not allowed, or not valid, are not used, and `problem` explains it.
    """
    paths = {split_run(source)[0] for source in sources}
    in_force = rules_in_force(Path(paths.pop())) if len(paths) == 1 else _of_file(user_rules())
    problem = in_force.problem or in_force.unused_problem
    if in_force.unused is not None and not problem:
        problem = trn(
            "{file}: {n} rule, not used: its folder is not allowed",
            "{file}: {n} rules, not used: its folder is not allowed",
            in_force.unused_count,
            file=in_force.unused,
        )
    return UsedRules(
        rules=tuple(in_force.rules), file="" if in_force.path is None else str(in_force.path), problem=problem
    )


def _of_file(path: Path) -> RulesInForce:
    if not os.path.lexists(path):
        return RulesInForce(rules=Rules())
    try:
        return RulesInForce(rules=read_rules(path), path=path)
    except ReplayError as error:
        return RulesInForce(rules=Rules(), problem=str(error))
