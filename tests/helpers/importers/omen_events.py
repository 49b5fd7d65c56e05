"""Events of an Omen log."""

from __future__ import annotations

from typing import Any

from replay_gui.core.importers.formats.frameworks.omen import payload_hash


def event(sequence: int, tag: str, parent: int | None = None, **facts: Any) -> dict[str, Any]:
    return {
        "id": {"run_id": 2**63 + 1, "sequence": sequence},
        "parent_id": None if parent is None else {"run_id": 2**63 + 1, "sequence": parent},
        "kind": tag,
        "timestamp": {"run_id": 1, "sequence": sequence},
        "payload": {tag: facts},
        "payload_hash": payload_hash({tag: facts}),
        "state_hash_before": None,
        "state_hash_after": None,
    }
