from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from replay_gui.core.facts.run_totals import RunTotals
from replay_gui.core.importers.conversion import convert
from replay_gui.core.log.kinds import Kind
from replay_gui.core.log.log_reader import EventLog
from replay_gui.core.log.scanner import Ending
from replay_gui.core.recorder.recorder import Recorder
from replay_gui.engine.jobs.evaluation.totals_job import MetaSums, sum_up
from replay_gui.engine.jobs.job_messages import decode_value, encode_value
from replay_gui.engine.jobs.job_types import TotalsArguments
from tests.helpers.claude_code_lines import assistant, call, result, text, user, write
from tests.helpers.fake_pool import MessageList


def test_it_comes_to_what_every_event_says(tmp_path: Path) -> None:
    lines = [user("u1", None, "Fix the tokens, please; what do they cost?")]
    for n in range(20):
        side: dict[str, Any] = {"isSidechain": True, "agentId": "x7"} if n % 3 else {}
        lines.append(assistant(f"a{n}", "u1", text("looking"), call(f"c{n}", "Read"), costUSD=0.25, **side))
        lines.append(user(f"r{n}", f"a{n}", [result(f"c{n}", "tokens")], **side))
    (made,) = convert(write(tmp_path, *lines), tmp_path / "out.rlog")
    totals, spent, inner = RunTotals(), [], []
    with EventLog.open(made.path) as log:
        for event in log.events():
            if not isinstance(event, Ending):
                totals.add_event(event)
                spent += [event.index + 1] if "tokens" in event.meta else []
                inner += [event.index + 1] if "subagent" in event.meta else []
    found = decode_value(encode_value(sum_up(TotalsArguments(str(made.path)), MessageList())), MetaSums)
    assert found.uses == totals.uses()
    assert found.uses[0].cost == 0.25 * len(spent) > 0
    assert np.frombuffer(found.spending.positions, "<i4").tolist() == spent
    runs = np.frombuffer(found.nesting.runs, "<i4").reshape(-1, 3)
    assert [position for start, stop, _ in runs.tolist() for position in range(start, stop)] == inner
    assert found.nesting.paths == (("x7",),)


def test_models_are_named_without_usage(tmp_path: Path) -> None:
    path = tmp_path / "run.rlog"
    with Recorder(path, agent_type="a", agent_version="1", config={}) as run:
        for change, name in (("model", "m-1"), ("mode", "m-2"), ("model", "m-3"), ("model", "m-1"), ("model", 4)):
            run.append(Kind.STATE_TRANSITION, {"transition_type": change, "data": {"model": name}})
    found = decode_value(encode_value(sum_up(TotalsArguments(str(path)), MessageList())), MetaSums)
    assert (found.uses, found.models) == ((), ("m-1", "m-3"))
