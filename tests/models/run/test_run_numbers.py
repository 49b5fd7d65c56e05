from __future__ import annotations

from dataclasses import replace

import numpy as np

from replay_gui.core.index.run_index import FLAG_FAILED, NO_DURATION, NO_TIME, NO_TOOL, RunIndex
from replay_gui.core.log.kinds import KINDS
from replay_gui.models.run.run_numbers import ToolNumbers, run_numbers


def small() -> RunIndex:
    kinds = ("AgentInit", "ToolRequest", "ToolResponse", "ToolRequest", "ToolResponse", "CapabilityDenied", "Error")
    return RunIndex(
        tools=("search", "ask"),
        kind=np.array([KINDS.index(name) for name in kinds], np.uint16),
        tool=np.array([NO_TOOL, 0, 0, 0, 0, 1, NO_TOOL], np.int32),
        offset=np.zeros(7, np.uint64),
        time=np.array([NO_TIME, 10, 20, 30, 40, 50, NO_TIME], np.int64),
        duration=np.array([NO_DURATION, 10, 10, 7, 7, NO_DURATION, NO_DURATION], np.int64),
        pair=np.full(7, -1, np.int32),
        flags=np.array([0, 0, FLAG_FAILED, 0, 0, 0, 0], np.uint8),
        complete=True,
    )


def test_everything_is_counted_once() -> None:
    numbers = run_numbers(small())
    assert numbers.events == 7
    assert numbers.kinds[:2] == (("ToolRequest", 2), ("ToolResponse", 2))
    assert sum(count for _, count in numbers.kinds) == 7
    assert numbers.tools == (ToolNumbers("search", 2, 1, 0, 17), ToolNumbers("ask", 0, 0, 1, None))
    assert (numbers.errors, numbers.failed, numbers.denied) == (1, 1, 1)
    assert (numbers.start_time, numbers.duration) == (10, 40)


def test_a_run_without_events_or_times() -> None:
    assert run_numbers(RunIndex()).events == 0
    numbers = run_numbers(replace(small(), time=np.full(7, NO_TIME, np.int64)))
    assert (numbers.start_time, numbers.duration) == (None, None)
