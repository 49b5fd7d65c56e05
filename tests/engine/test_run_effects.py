"""What a call does is told from the call itself and from what its run's set-up declares."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from replay_gui import Recorder
from replay_gui.core.effects.effect import Effect
from replay_gui.core.log.log_reader import EventLog
from replay_gui.core.log.positions import EventIndex
from replay_gui.engine.run_effects import RunEffects


def effects(path: Path, config: dict[str, Any]) -> list[Effect | None]:
    with Recorder(path, agent_type="a", agent_version="1", config=config) as run:
        run.observation("message", "user", "Go on.")
        run.tool_request("zap", {"id": 1})
        run.tool_request("cancel_order", {"id": 1})
        run.tool_request("bash", {"command": "sed -i s/a/b/ x.py"})
    with EventLog.open(path) as log:
        found = RunEffects(log)
        findings = [found.finding(log[EventIndex(index)]) for index in range(5)]
    return [None if finding is None else finding.effect for finding in findings]


def test_names_and_commands_tell(tmp_path: Path) -> None:
    told = [None, None, Effect.UNKNOWN, Effect.CHANGES, Effect.CHANGES]
    assert effects(tmp_path / "run.rlog", {}) == told


def test_a_declaration_comes_first(tmp_path: Path) -> None:
    tools = [{"name": name, "annotations": {"readOnlyHint": True}} for name in ("zap", "cancel_order")]
    told = [None, None, Effect.READS, Effect.READS, Effect.CHANGES]
    assert effects(tmp_path / "run.rlog", {"tools": tools}) == told
