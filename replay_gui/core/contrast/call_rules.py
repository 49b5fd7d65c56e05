"""The rules of the user, applied to the calls of many runs.

Two runs are compared difference by difference. Many runs are contrasted by features, so their calls are put into a form
in which equal values count as equal: calls of ignored tools and ignored arguments are left out, and the matches of a
pattern become one character. A tolerance has no such form: if it holds between 1 and 2 and between 2 and 3,
it need not hold between 1 and 3. So it is not applied here, and UsedRules says so.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import msgspec

from replay_gui.core.divergence.rules.rules import EFFECT_ACTIONS, IGNORING_ACTIONS, Rule, Rules
from replay_gui.core.effects.call_reader import call_key
from replay_gui.core.effects.effect import Effect
from replay_gui.core.effects.tool_call import ToolCall
from replay_gui.core.log.canonical import encode_decoded
from replay_gui.core.log.chain import digest
from replay_gui.core.log.kinds import Kind
from replay_gui.core.text.json_pointer import join_pointer
from replay_gui.core.text.patterns import TextPattern
from replay_gui.core.text.plain_text import one_line
from replay_gui.core.translation.messages import tr, translatable, trn
from replay_gui.core.translation.numbers import whole_number

_REQUEST = Kind.TOOL_REQUEST.value
_MATCH = "…"  # replaces what a pattern matches
_IGNORED = object()
_DIGEST_BYTES = 16


class UsedRules(msgspec.Struct, frozen=True, kw_only=True):
    """The rules for many runs.

    Attributes:
        rules: all of their file, also those that are switched off, or are not about calls. file: its path, or "".
        problem: why a file of rules is not used, or "".
    """

    rules: tuple[Rule, ...] = ()
    file: str = ""
    problem: str = ""

    def equals(self, other: UsedRules) -> bool:
        """Whether these rules and the others read calls in the same way."""
        return CallRules(self.rules).digest == CallRules(other.rules).digest

    def words(self, file: str = "") -> str:
        """Return ``2 of 3 rules of rules.toml are applied``, and which are not; "" if there are none.

        `file`: how it is called here.
        """
        if not self.rules:
            return ""
        applied, count, name = len(CallRules(self.rules)), len(self.rules), one_line(file, 200)
        rules = trn("{n} rule of {file}", "{n} rules of {file}", count, file=name) if file else _number_words(count)
        if applied == count:
            words = trn("{rules} is applied", "{rules} are applied", count, rules=rules)
        elif applied:
            words = trn("{n} of {rules} is applied", "{n} of {rules} are applied", applied, rules=rules)
        else:
            words = tr("none of {rules} is applied", rules=rules)
        left = ", ".join(f"{whole_number(times)} {tr(why)}" for why, times in self.not_applied.items())
        return tr("{rules}; not applied: {left}", rules=words, left=left) if left else words

    @property
    def not_applied(self) -> dict[str, int]:
        """Why rules are not applied to the calls of many runs, as messages, and to how many of them that applies."""
        return dict(Counter(why for rule in self.rules if (why := _why_not(rule))))


class CallRules:
    """The rules that are in force for calls; `len` is their number.

    Attributes:
        digest: hex, equal for rules with equal results; "" without any rule. effects: of tools by name.
    """

    def __init__(self, rules: Iterable[Rule] = ()) -> None:
        self._rules = Rules(rule for rule in rules if _is_about_calls(rule))
        self.effects: Mapping[str, Effect] = self._rules.effects
        names = [(rule.action.value, rule.tool, rule.kind, rule.path, rule.pattern) for rule in self._rules]
        self.digest = digest(encode_decoded(names)).hex()[: 2 * _DIGEST_BYTES] if names else ""

    def __len__(self) -> int:
        return len(self._rules)

    def in_force(self, calls: Sequence[ToolCall]) -> tuple[ToolCall, ...]:
        """Return the calls without ignored ones, and their inputs without what is ignored.

        Raises PatternRefused if a pattern takes too long.
        """
        if all(rule.action in EFFECT_ACTIONS.values() for rule in self._rules):
            return tuple(calls)
        rules, of_tool = Rules(self._rules), dict[str, tuple[bool, _InputForm]]()  # the time of patterns counts a run
        kept = list[ToolCall]()
        for call in calls:
            if call.tool not in of_tool:
                applying = rules.for_events(_REQUEST, call.tool)
                of_tool[call.tool] = applying.ignores_events, _InputForm(applying)
            is_ignored, form = of_tool[call.tool]
            if is_ignored:
                continue
            value = form.of_value(call.input)
            kept.append(call if value is call.input else replace(call, input=value, key=call_key(call.tool, value)))
        return tuple(kept)


class _InputForm:
    """The form of the inputs of a tool under its rules."""

    def __init__(self, rules: Rules) -> None:
        self._ignoring = [rule for rule in rules if rule.pattern is None]
        self._patterns = [(rule, rules.compiled(rule.pattern)) for rule in rules if rule.pattern is not None]

    def of_value(self, value: Any, path: tuple[str | int, ...] = ("input",)) -> Any:
        """Return the value at a path without what is ignored; the same object if that is nothing."""
        if not self._ignoring and not self._patterns:
            return value
        changed = self._of(value, path)
        return None if changed is _IGNORED else changed

    def _of(self, value: Any, path: tuple[str | int, ...]) -> Any:
        pointer = join_pointer(path)
        if any(rule.covers_path(pointer) for rule in self._ignoring):
            return _IGNORED
        if isinstance(value, Mapping):
            of_members = {name: self._of(member, (*path, name)) for name, member in value.items()}
            if all(of_members[name] is member for name, member in value.items()):
                return value
            return {name: member for name, member in of_members.items() if member is not _IGNORED}
        if isinstance(value, list | tuple):
            of_items = [self._of(item, (*path, number)) for number, item in enumerate(value)]
            if all(new is old for new, old in zip(of_items, value, strict=True)):
                return value
            return [item for item in of_items if item is not _IGNORED]
        patterns = [compiled for rule, compiled in self._patterns if rule.covers_path(pointer)]
        return _without_matches(value, patterns) if patterns else value


def _without_matches(value: Any, patterns: Sequence[TextPattern]) -> Any:
    """Return a text with its matches replaced; a number is replaced if a pattern matches all of it."""
    if isinstance(value, str):
        text = value
        for pattern in patterns:
            text = pattern.replace_each(text, lambda _: _MATCH)
        return value if text == value else text
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return _MATCH if is_number and any(pattern.covers(str(value)) for pattern in patterns) else value


def _number_words(rules: int) -> str:
    return trn("{n} rule", "{n} rules", rules)


def _is_about_calls(rule: Rule) -> bool:
    return not _why_not(rule)


def _why_not(rule: Rule) -> str:
    """Return why a rule is not applied to the calls of many runs, as a message; "" if it is."""
    if not rule.enabled:
        return translatable("switched off")
    if rule.action in EFFECT_ACTIONS.values():
        return ""
    if not rule.applies_to(_REQUEST, rule.tool):
        return translatable("not about calls")
    if rule.label is not None:
        return translatable("about events with a label")
    if rule.action in IGNORING_ACTIONS:
        return ""
    return translatable("with a tolerance, which holds between two runs only")


NO_RULES = CallRules()
NO_RULES_USED = UsedRules()
