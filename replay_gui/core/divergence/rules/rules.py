"""Rules of a comparison: which differences it ignores.

A rule applies to the events of its tool and kind, and in them to the differences at its path that its pattern matches.
A part that the rule does not have does not restrict it. Its action is one of:

- *ignore*: the difference does not count. Without path and pattern, events that only one run has do not count either.
- *nondeterministic*: the difference is expected from run to run, and later causes are then only possible ones. With a
  tool and without a kind, the rule applies to the tool's answers to equal requests.
- *tolerance*: two numbers count as equal if they differ by at most `abs`, or by at most `rel` times the larger one.
- *reads*, *checks*, *changes*, *submits*, *hands over*, *notes*, *asks*: what the calls of a tool do, see
  core.effects. It ignores no difference; it corrects which calls can be a reason for another outcome.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import KW_ONLY, dataclass
from enum import StrEnum
from functools import lru_cache

from replay_gui.core.divergence.comparison import Difference
from replay_gui.core.divergence.rules.presets import compile_pattern
from replay_gui.core.effects.effect import Effect
from replay_gui.core.errors import PatternRefused, RulesRefused
from replay_gui.core.log.kinds import Kind
from replay_gui.core.text.patterns import TextPattern
from replay_gui.core.translation.messages import tr

_PLACEHOLDER = "\0\1"  # replaces what a pattern matches
_ESCAPED_NUL = ("\0", "\0\2")  # so that no text of a log is equal to a placeholder
_ANSWER = Kind.TOOL_RESPONSE.value


class Action(StrEnum):
    """The action of a rule."""

    IGNORE = "ignore"
    NONDETERMINISTIC = "nondeterministic"
    TOLERANCE = "tolerance"
    READS = "reads"
    CHECKS = "checks"
    CHANGES = "changes"
    SUBMITS = "submits"
    HANDS_OVER = "hands over"
    NOTES = "notes"
    ASKS = "asks"


EFFECT_ACTIONS: dict[Effect, Action] = {
    effect: Action(effect.value) for effect in Effect if effect is not Effect.UNKNOWN
}
"""The action of the rule that says that the calls of a tool have an effect."""

IGNORING_ACTIONS = (Action.IGNORE, Action.NONDETERMINISTIC)
"""The actions by which a difference does not count, whatever the two values are."""

_EFFECTS = {action: effect for effect, action in EFFECT_ACTIONS.items()}


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule.

    Attributes:
        action: what it does.
        tool, kind: the events that it applies to; None for all.
        label: the label of these events in the event list: User, Assistant, Thinking, …; None for all.
        path: JSON Pointer into the payload; covers everything below it. The token `*` stands for any one token.
        pattern: regular expression, or the name of a preset. Texts that differ only in its matches count as equal.
        abs, rel: bounds of a tolerance, absolute and as a share of the larger number.
        note: a comment for readers of the file.
        enabled: whether it is applied.

    Raises:
        RulesRefused: the parts do not fit together.
    """

    action: Action
    _: KW_ONLY
    tool: str | None = None
    kind: str | None = None
    label: str | None = None
    path: str | None = None
    pattern: str | None = None
    abs: float | None = None
    rel: float | None = None
    note: str = ""
    enabled: bool = True

    def __post_init__(self) -> None:
        if self.path is not None and not self.path.startswith("/"):
            raise RulesRefused(tr("the path {path} is not a JSON Pointer: it must begin with /", path=repr(self.path)))
        if self.pattern is not None:
            try:
                compile_pattern(self.pattern)
            except PatternRefused as why:
                raise RulesRefused(str(why)) from None
        bounds = [bound for bound in (self.abs, self.rel) if bound is not None]
        if self.action is Action.TOLERANCE:
            if not bounds or not all(0 <= bound < float("inf") for bound in bounds):
                raise RulesRefused(tr("a tolerance needs abs or rel, a number of at least 0"))
            if self.pattern is not None:
                raise RulesRefused(tr("a tolerance applies to numbers, so it takes no pattern"))
        elif self.action in _EFFECTS:
            if self.tool is None or (self.kind, self.label, self.path, self.pattern, *bounds) != (None,) * 4:
                raise RulesRefused(
                    tr('"{action}" applies to a tool, and takes no other member', action=self.action.value)
                )
        elif bounds:
            raise RulesRefused(tr("abs and rel belong to a tolerance, not to {action}", action=self.action.value))
        elif (self.tool, self.kind, self.label, self.path, self.pattern) == (None,) * 5:
            raise RulesRefused(tr("applies to everything: give a tool, a kind, a label, a path or a pattern"))

    def applies_to(self, kind: str, tool: str | None) -> bool:
        """Whether the rule applies to differences of events of this kind and tool."""
        if self.action in _EFFECTS:
            return False
        if self.kind is None and self.tool is not None and self.action is Action.NONDETERMINISTIC and kind != _ANSWER:
            return False
        return self.kind in (None, kind) and self.tool in (None, tool)

    def covers_path(self, path: str) -> bool:
        """Whether the rule applies to this path (JSON Pointer) in the payload."""
        return self.path is None or _compile_path(self.path).fullmatch(path) is not None


class Rules:
    """A set of rules that are used together. Without rules, every difference counts.

    Attributes:
        all: the rules, including disabled ones.
    """

    def __init__(self, rules: Iterable[Rule] = (), patterns: dict[str, TextPattern] | None = None) -> None:
        """`patterns`: compiled patterns by their text, shared with their used time."""
        self.all = tuple(rules)
        self._patterns: dict[str, TextPattern] = {} if patterns is None else patterns

    def __iter__(self) -> Iterator[Rule]:
        return iter(self.all)

    def __len__(self) -> int:
        return len(self.all)

    @property
    def effects(self) -> dict[str, Effect]:
        """The effect of tools, by name, from enabled rules; of several rules about a tool the last counts."""
        return {
            rule.tool: _EFFECTS[rule.action]
            for rule in self.all
            if rule.enabled and rule.tool is not None and rule.action in _EFFECTS
        }

    def for_events(self, kind: str, tool: str | None, label: str | None = None) -> Rules:
        """Return the enabled rules that apply to events of this kind, tool and label.

        Without `label`, which only the decoded event has, rules about a label are left out.
        """
        return Rules((rule for rule in self._applying(kind, tool) if rule.label in (None, label)), self._patterns)

    def need_labels(self, kind: str, tool: str | None) -> bool:
        """Whether an enabled rule applies only to some events of this kind and tool, by their label."""
        return any(rule.label is not None for rule in self._applying(kind, tool))

    def _applying(self, kind: str, tool: str | None) -> Iterator[Rule]:
        return (rule for rule in self.all if rule.enabled and rule.applies_to(kind, tool))

    def compiled(self, pattern: str) -> TextPattern:
        """Return a pattern of a rule, compiled once for these rules and those made of them."""
        compiled = self._patterns.get(pattern)
        if compiled is None:
            compiled = self._patterns[pattern] = compile_pattern(pattern)
        return compiled

    @property
    def ignores_events(self) -> bool:
        """Whether the events are ignored as a whole, even if only one run has them."""
        return any(rule.action is Action.IGNORE and rule.path is None and rule.pattern is None for rule in self.all)

    def action_for(self, difference: Difference) -> Action | None:
        """Return the action for a difference; None if it counts. All rules must apply to the event (see for_events).

        Raises PatternRefused if a pattern takes too long.
        """
        covering = [rule for rule in self.all if rule.covers_path(difference.path)]
        with_pattern = []
        for rule in covering:
            if rule.action is Action.TOLERANCE:
                if _is_within_tolerance(difference.a, difference.b, rule):
                    return rule.action
            elif rule.pattern is None:
                return rule.action
            else:
                with_pattern.append(rule)
        patterns = [self.compiled(rule.pattern or "") for rule in with_pattern]
        if patterns and equal_without_matches(difference.a, difference.b, patterns):
            return with_pattern[0].action
        return None


def equal_without_matches(a: object, b: object, patterns: Iterable[TextPattern]) -> bool:
    """Whether two texts, or two numbers, differ only in what these patterns match; a number must match as a whole."""
    if isinstance(a, str) and isinstance(b, str):
        a, b = (text.replace(*_ESCAPED_NUL) for text in (a, b))
        for pattern in patterns:
            a, b = pattern.replace_each(a, _placeholder), pattern.replace_each(b, _placeholder)
        return a == b
    if _is_number(a) and _is_number(b):
        return any(pattern.covers(str(a)) and pattern.covers(str(b)) for pattern in patterns)
    return False


def _placeholder(_: str) -> str:
    return _PLACEHOLDER


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_within_tolerance(a: object, b: object, rule: Rule) -> bool:
    if not (isinstance(a, int | float) and isinstance(b, int | float)) or isinstance(a, bool) or isinstance(b, bool):
        return False
    distance = abs(a - b)
    return distance <= (rule.abs or 0.0) or distance <= (rule.rel or 0.0) * max(abs(a), abs(b))


@lru_cache(maxsize=1024)
def _compile_path(path: str) -> re.Pattern[str]:
    """Return a regular expression that matches the path and all paths below it."""
    tokens = ("[^/]*" if token == "*" else re.escape(token) for token in path.split("/"))
    return re.compile("/".join(tokens) + "(?:/.*)?", re.DOTALL)
