"""Declarations of tools in the set-up of a run: whether each only reads, or changes something."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from replay_gui.core.effects.effect import Effect, EffectFinding

_MAX_VALUES = 20_000  # values of a set-up that are examined
_READING = frozenset({"read", "readonly", "read-only", "read_only"})
_CHANGING = frozenset({"write", "destructive", "delete"})


def declared_effects(configs: Iterable[Any]) -> dict[str, EffectFinding]:
    """Return the declared effect of each tool, by name.

    A declaration is a map with the tool's `name` and one of: `readOnlyHint` or `destructiveHint` with the value true
    (Model Context Protocol, also below `annotations`), `tool_type` (tau2-bench), `capabilities` (a list).
    """
    effects: dict[str, EffectFinding] = {}
    pending: list[Any] = list(configs)
    for _ in range(_MAX_VALUES):
        if not pending:
            break
        value = pending.pop()
        if isinstance(value, Mapping):
            name = value.get("name")
            effect = _declared(value)
            if isinstance(name, str) and effect is not None:
                effects.setdefault(name, effect)
            pending.extend(value.values())
        elif isinstance(value, list | tuple):
            pending.extend(value)
    return effects


def effect_of_capabilities(capabilities: Any) -> EffectFinding | None:
    """Return the effect that the capabilities of a request name; None if they name no effect."""
    names = {str(name).lower() for name in capabilities} if isinstance(capabilities, list | tuple) else set()
    words = {word for name in names for word in (name, name.rpartition(".")[2], name.rpartition(":")[2])}
    if not words.isdisjoint(_CHANGING):
        return EffectFinding(Effect.CHANGES, "its capabilities include writing")
    if not words.isdisjoint(_READING):
        return EffectFinding(Effect.READS, "its capabilities are to read")
    return None


def _declared(value: Mapping[str, Any]) -> EffectFinding | None:
    hints = value.get("annotations")
    for source in (value, hints if isinstance(hints, Mapping) else {}):
        if source.get("readOnlyHint") is True:
            return EffectFinding(Effect.READS, "declared read-only")
        if source.get("destructiveHint") is True:
            return EffectFinding(Effect.CHANGES, "declared destructive")
    kind = value.get("tool_type")
    if isinstance(kind, str) and kind.lower() in _TOOL_TYPES:
        return EffectFinding(_TOOL_TYPES[kind.lower()], f'declared "{kind.lower()}"')
    return effect_of_capabilities(value.get("capabilities"))


_TOOL_TYPES = {"read": Effect.READS, "write": Effect.CHANGES, "think": Effect.NOTES}
