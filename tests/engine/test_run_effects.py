"""What a call does is told from the call itself and from what its run's set-up declares."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from replay_gui import Recorder
from replay_gui.core.effects.effect import Effect
from replay_gui.core.log.log_reader import EventLog
from replay_gui.core.log.positions import EventIndex
from replay_gui.engine.run_effects import RunEffects

TOOLS = [{"name": name, "annotations": {"readOnlyHint": True}} for name in ("zap", "cancel_order")]


def written(path: Path, config: dict[str, Any]) -> Path:
    with Recorder(path, agent_type="a", agent_version="1", config=config) as run:
        run.observation("message", "user", "Go on.")
        run.tool_request("zap", {"id": 1})
        run.tool_request("cancel_order", {"id": 1})
        run.tool_request("bash", {"command": "sed -i s/a/b/ x.py"})
    return path


def effects(path: Path, config: dict[str, Any]) -> list[Effect | None]:
    with EventLog.open(written(path, config)) as log:
        return told_by(RunEffects(log), log)


def told_by(found: RunEffects, log: EventLog) -> list[Effect | None]:
    findings = [found.finding(log[EventIndex(index)]) for index in range(5)]
    return [None if finding is None else finding.effect for finding in findings]


def test_names_and_commands_tell(tmp_path: Path) -> None:
    records = [None, None, Effect.UNKNOWN, Effect.CHANGES, Effect.CHANGES]
    assert effects(tmp_path / "run.rlog", {}) == records


def test_a_declaration_comes_first(tmp_path: Path) -> None:
    records = [None, None, Effect.READS, Effect.READS, Effect.CHANGES]
    assert effects(tmp_path / "run.rlog", {"tools": TOOLS}) == records


def test_the_set_up_of_a_run_that_was_imported_anew_counts(tmp_path: Path) -> None:
    before, after = written(tmp_path / "a.rlog", {}), written(tmp_path / "b.rlog", {"tools": TOOLS})
    with EventLog.open(before) as log, EventLog.open(after) as imported:
        found = RunEffects(log)
        assert told_by(found, log)[2:4] == [Effect.UNKNOWN, Effect.CHANGES]
        found.use_log(imported)
        assert told_by(found, imported)[2:4] == [Effect.READS, Effect.READS]
