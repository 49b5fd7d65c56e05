"""Facts of runs that nobody has opened."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from replay_gui.engine.answers import RunFacts


def run_facts(path: str, **changes: Any) -> RunFacts:
    """Return the facts of a plain recorded run at `path`, with these changes."""
    facts = RunFacts(
        path=path,
        name=Path(path).name,
        run_id="run-1",
        format="rlog",
        origin="recorded",
        source="",
        notes=(),
        agent_type="agent",
        agent_version="1",
        size=1000,
        created=None,
    )
    return msgspec.structs.replace(facts, **changes)
