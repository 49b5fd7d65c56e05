"""Rules files: TOML with a ``[[rule]]`` table for each rule (resources/docs/interface.md, Rules file)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import tomli_w

from replay_gui.core.atomic_file import write_whole
from replay_gui.core.divergence.rules.rules import Rule, Rules
from replay_gui.core.errors import RulesRefused
from replay_gui.core.text.toml_file import read_toml
from replay_gui.core.translation.messages import tr
from replay_gui.core.translation.numbers import whole_number

SUFFIX = ".rules.toml"
_MAX_RULES = 1000
_FIELDS = ("action", "tool", "kind", "label", "path", "pattern", "abs", "rel", "note", "enabled")


def rules_beside(log: Path) -> Path:
    """Return the path of a log's own rules file, which need not exist: ``run.rlog.rules.toml``."""
    return log.parent / (log.name + SUFFIX)


def read_rules(path: Path) -> Rules:
    """Read a rules file.

    Raises:
        RulesRefused: a rule, or the TOML, is not valid; one line with the place.
        LogUnreadable: the file cannot be read.
    """
    try:
        document = read_toml(path)
    except ValueError as why:
        raise RulesRefused(f"{path}: {why}") from None
    for name in document:
        if name != "rule":
            raise RulesRefused(
                tr("{file}: {member} is not known; rules are written [[rule]]", file=path, member=repr(name))
            )
    entries = document.get("rule", [])
    if not isinstance(entries, list):
        raise RulesRefused(tr("{file}: a rule is written [[rule]], in two brackets", file=path))
    if len(entries) > _MAX_RULES:
        limit, count = whole_number(_MAX_RULES), whole_number(len(entries))
        raise RulesRefused(tr("{file}: has {count} rules; the limit is {limit}", file=path, count=count, limit=limit))
    return Rules(
        _rule(entry, tr("{file}: rule {number}", file=path, number=number)) for number, entry in enumerate(entries, 1)
    )


def _rule(entry: Any, where: str) -> Rule:
    if not isinstance(entry, dict):
        raise RulesRefused(tr("{rule}: is not a table", rule=where))
    for name in entry:
        if name not in _FIELDS:
            members = ", ".join(_FIELDS)
            raise RulesRefused(
                tr(
                    "{rule}: {member} is not known; a rule has {members}",
                    rule=where,
                    member=repr(name),
                    members=members,
                )
            )
    try:
        return msgspec.convert(entry, Rule)
    except RulesRefused as why:
        raise RulesRefused(f"{where}: {why}") from None
    except msgspec.ValidationError as why:
        if isinstance(why.__cause__, RulesRefused):
            raise RulesRefused(f"{where}: {why.__cause__}") from None
        raise RulesRefused(f"{where}: {why}") from None


def write_rules(rules: Rules, path: Path) -> None:
    """Write the file completely or not at all; raise NotWritten if that fails."""
    write_whole(path, "\n".join(map(_table, rules)).encode())


def _table(rule: Rule) -> str:
    """Return one ``[[rule]]``; members with their default value are left out."""
    members = ((name, getattr(rule, name)) for name in _FIELDS)
    given = {name: value for name, value in members if value is not True and value not in (None, "")}
    return "[[rule]]\n" + tomli_w.dumps(given)
