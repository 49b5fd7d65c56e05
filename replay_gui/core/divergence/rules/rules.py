"""What a comparison is to pass over: rules, and whether they silence a difference.

A rule speaks of the events that its tool and kind name (of all without), and in them of the differences that its path
and pattern name (of all without):

- *ignore*: as though it were equal. Without path and pattern, events that only one run has, too.
- *nondeterministic*: known to differ from run to run. With a tool and no kind, of the tool's answers to equal requests.
  What follows is then not certain to have another cause.
- *tolerance*: two numbers are equal that are at most `abs`, or `rel` times the larger of them, apart.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import KW_ONLY, dataclass
from enum import StrEnum
from functools import lru_cache

from replay_gui.core.divergence.comparison import Difference
from replay_gui.core.divergence.rules.presets import compiled
from replay_gui.core.errors import RulesRefused
from replay_gui.core.log.kinds import Kind

_PLACEHOLDER = "\0"  # for what a pattern matches
_ANSWER = Kind.TOOL_RESPONSE.value


class Action(StrEnum):
    """What a rule does."""

    IGNORE = "ignore"
    NONDETERMINISTIC = "nondeterministic"
    TOLERANCE = "tolerance"


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule; RulesRefused where its parts do not go together.

    Attributes:
        tool, kind: names of the events it speaks of. path: JSON Pointer into the payload, `*` for any one token; it
        covers what is below, too. pattern: regular expression or a preset's name: texts are equal that differ in
        nothing but its matches. abs, rel: for a tolerance. note: for people. enabled: False while it is switched off.
    """

    action: Action
    _: KW_ONLY
    tool: str | None = None
    kind: str | None = None
    path: str | None = None
    pattern: str | None = None
    abs: float | None = None
    rel: float | None = None
    note: str = ""
    enabled: bool = True

    def __post_init__(self) -> None:
        if self.path is not None and not self.path.startswith("/"):
            raise RulesRefused(f"the path {self.path!r} is no JSON Pointer: it begins with /")
        if self.pattern is not None:
            try:
                compiled(self.pattern)
            except (re.error, OverflowError, RecursionError) as why:
                raise RulesRefused(f"the pattern {self.pattern!r} is no regular expression: {why}") from None
        bounds = [bound for bound in (self.abs, self.rel) if bound is not None]
        if self.action is Action.TOLERANCE:
            if not bounds or not all(0 <= bound < float("inf") for bound in bounds):
                raise RulesRefused("a tolerance needs abs or rel, a number from 0 on")
            if self.pattern is not None:
                raise RulesRefused("a tolerance is of numbers, so it takes no pattern")
        elif bounds:
            raise RulesRefused(f"abs and rel belong to a tolerance, not to {self.action.value}")
        elif self.tool is None and self.kind is None and self.path is None and self.pattern is None:
            raise RulesRefused("names nothing: give a tool, a kind, a path or a pattern")

    def applies_to(self, kind: str, tool: str | None) -> bool:
        """Whether events of this kind and tool are its business."""
        if self.kind is None and self.tool is not None and self.action is Action.NONDETERMINISTIC and kind != _ANSWER:
            return False
        return self.kind in (None, kind) and self.tool in (None, tool)

    def covers_path(self, path: str) -> bool:
        """Whether the place in the payload is its business."""
        return self.path is None or _compile_path(self.path).fullmatch(path) is not None


class Rules:
    """Rules in force together. The empty ones silence nothing.

    Attributes:
        all: the rules, those too that are switched off.
    """

    def __init__(self, rules: Iterable[Rule] = ()) -> None:
        self.all = tuple(rules)

    def __iter__(self) -> Iterator[Rule]:
        return iter(self.all)

    def __len__(self) -> int:
        return len(self.all)

    def for_events(self, kind: str, tool: str | None) -> Rules:
        """Those in force that speak of events of this kind and tool."""
        return Rules(rule for rule in self.all if rule.enabled and rule.applies_to(kind, tool))

    @property
    def ignores_events(self) -> bool:
        """Whether, of the events these rules speak of, even their presence does not matter."""
        return any(rule.action is Action.IGNORE and rule.path is None and rule.pattern is None for rule in self.all)

    def action_for(self, difference: Difference) -> Action | None:
        """What silences the difference, in an event that all these rules speak of; None where nothing does."""
        here = [rule for rule in self.all if rule.covers_path(difference.path)]
        patterns = []
        for rule in here:
            if rule.action is Action.TOLERANCE:
                if _is_within_tolerance(difference.a, difference.b, rule):
                    return rule.action
            elif rule.pattern is None:
                return rule.action
            else:
                patterns.append(rule)
        if patterns and equal_without_matches(difference.a, difference.b, [rule.pattern or "" for rule in patterns]):
            return patterns[0].action
        return None


def equal_without_matches(a: object, b: object, patterns: Iterable[str]) -> bool:
    """Whether two texts, or two numbers, differ in nothing but what these patterns match."""
    if isinstance(a, str) and isinstance(b, str):
        for pattern in patterns:
            a, b = compiled(pattern).sub(_PLACEHOLDER, a), compiled(pattern).sub(_PLACEHOLDER, b)
        return a == b
    if _is_number(a) and _is_number(b):
        return any(compiled(p).fullmatch(str(a)) and compiled(p).fullmatch(str(b)) for p in patterns)
    return False


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_within_tolerance(a: object, b: object, rule: Rule) -> bool:
    if not (isinstance(a, int | float) and isinstance(b, int | float)) or isinstance(a, bool) or isinstance(b, bool):
        return False
    apart = abs(a - b)
    return apart <= (rule.abs or 0.0) or apart <= (rule.rel or 0.0) * max(abs(a), abs(b))


@lru_cache(maxsize=1024)
def _compile_path(path: str) -> re.Pattern[str]:
    """Matches the pointer and all below it."""
    tokens = ("[^/]*" if token == "*" else re.escape(token) for token in path.split("/"))
    return re.compile("/".join(tokens) + "(?:/.*)?", re.DOTALL)
