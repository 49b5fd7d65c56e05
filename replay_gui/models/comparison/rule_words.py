"""A rule in words."""

from __future__ import annotations

from replay_gui.core.divergence.presets import PRESETS
from replay_gui.core.divergence.rules import Action, Rule
from replay_gui.core.text.json_pointer import pointer_text
from replay_gui.core.text.plain_text import one_line

_MAX_NAME_CHARACTERS = 60
_ACTION_WORDS = {
    Action.IGNORE: "ignored",
    Action.NONDETERMINISTIC: "marked non-deterministic",
    Action.TOLERANCE: "within a tolerance",
}


def rule_words(rule: Rule) -> tuple[str, str]:
    """(what the rule is about, what it does with that), for people; one line each."""
    parts = []
    if rule.pattern is not None:
        parts.append(
            rule.pattern.capitalize()
            if rule.pattern in PRESETS
            else f"Texts like {one_line(rule.pattern, _MAX_NAME_CHARACTERS)}"
        )
    if rule.path is not None:
        parts.append(one_line(pointer_text(rule.path), _MAX_NAME_CHARACTERS))
    tool, kind = one_line(rule.tool or "", _MAX_NAME_CHARACTERS), one_line(rule.kind or "", _MAX_NAME_CHARACTERS)
    whole = not parts
    if tool and kind:
        parts.append(f"{kind} of {tool}")
    elif tool or kind:
        parts.append((f"Answers of {tool}" if whole and rule.action is Action.NONDETERMINISTIC else tool) or kind)
    said = _ACTION_WORDS[rule.action]
    if rule.action is Action.TOLERANCE:
        bounds = ((rule.abs, "{:g}"), (rule.rel, "{:g} of the value"))
        said = "equal within " + " or ".join(words.format(bound) for bound, words in bounds if bound is not None)
    return " in ".join(parts), said + (f" · {one_line(rule.note, _MAX_NAME_CHARACTERS)}" if rule.note else "")
