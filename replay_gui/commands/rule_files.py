"""The rules of a command: those that the user names; those beside a run only if the user has allowed its folder."""

from __future__ import annotations

from pathlib import Path

from replay_gui.core.contrast.call_rules import UsedRules
from replay_gui.core.divergence.rules.rules_file import read_rules, rules_beside
from replay_gui.core.errors import RulesRefused
from replay_gui.core.importers.run_choice import split_run
from replay_gui.core.text.wording import plural
from replay_gui.engine.files.rules_in_force import RulesInForce, rules_in_force


def given_rules(named: Path | None, run: str) -> RulesInForce:
    """Return the rules that the user names, else those in force; raise RulesRefused if a file cannot be used."""
    if named is not None:
        return RulesInForce(rules=read_rules(named), path=named)
    in_force = rules_in_force(Path(split_run(run)[0]))
    if in_force.problem:
        raise RulesRefused(in_force.problem)
    return in_force


def named_rules(file: Path) -> UsedRules:
    """Return the rules of a file for many runs; raise RulesRefused if it cannot be used."""
    return UsedRules(rules=tuple(read_rules(file)), file=str(file))


def is_beside(in_force: RulesInForce, run: str) -> bool:
    """Return whether the rules are those beside the run, not the user's own."""
    return in_force.path == rules_beside(Path(split_run(run)[0]))


def unused_rules_words(in_force: RulesInForce) -> str:
    """Return the text about rules beside a run that are not allowed."""
    if in_force.unused_problem:
        return f"no rules beside the log: {in_force.unused_problem}"
    unused = f"{plural(in_force.unused_count, 'rule')} beside the log, not used"
    return f"{in_force.unused}: {unused}; --rules FILE uses the rules of a file"
