"""Convert reasons to JSON: see 'diff --json' in resources/docs/interface.md."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from replay_gui.core.reasons.origin import Origin
from replay_gui.core.reasons.reason import Reason
from replay_gui.core.reasons.why_result import ActionRow, SetAside, WhyResult
from replay_gui.core.state.json_form import json_form


def reason_form(reason: Reason) -> dict[str, Any]:
    """Return a reason as JSON."""
    return {
        "kind": reason.kind.value,
        "sentence": reason.sentence,
        "details": list(reason.details),
        "chip": reason.chip,
        "tool": reason.tool,
        "a": json_form(reason.a),
        "b": json_form(reason.b),
        "position": reason.index_a,
        "position_b": reason.index_b,
        "path": reason.path,
        "origin": [origin_form(origin) for origin in reason.origins],
        "certain": reason.certain,
        "tier": reason.tier.value,
    }


def origin_form(origin: Origin) -> dict[str, Any]:
    """Return the origin of a value as JSON."""
    return {
        "side": origin.side,
        "position": origin.index,
        "event_id": origin.event_id,
        "value": origin.value,
        "role": origin.role.value,
    }


def why_form(why: WhyResult | None) -> dict[str, Any]:
    """Return {failed, reasons, actions, more_actions, set_aside, limits}; None if the two runs are the same."""
    if why is None:
        nothing = {"actions": [], "more_actions": 0, "set_aside": asdict(SetAside()), "limits": []}
        return {"failed": None, "reasons": [], **nothing}
    return {
        "failed": why.failed,
        "reasons": [reason_form(reason) for reason in why.reasons],
        "actions": [_action_form(row) for row in why.actions],
        "more_actions": why.more_actions,
        "set_aside": asdict(why.set_aside),
        "limits": list(why.limits),
    }


def _action_form(row: ActionRow) -> dict[str, Any]:
    form = asdict(row)
    positions, positions_b = form.pop("requests_a"), form.pop("requests_b")
    return form | {
        "effect": row.effect.value,
        "shared": row.shared.value,
        "positions": list(positions),
        "positions_b": list(positions_b),
    }
