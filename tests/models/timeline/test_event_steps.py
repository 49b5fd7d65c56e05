from __future__ import annotations

import numpy as np

from replay_gui.core.index.run_index import FLAG_FAILED, FLAG_UNREADABLE
from replay_gui.models.timeline.event_steps import next_error
from tests.helpers.runs import report_of, synthetic_index


def test_it_finds_what_a_walk_finds() -> None:
    index = synthetic_index(3_000)
    report = report_of(3_000, "INVALID", broken=812)
    kinds = np.array(index.kinds)[index.kind]
    wrong = np.isin(kinds, ("Error", "CapabilityDenied")) | ((index.flags & (FLAG_FAILED | FLAG_UNREADABLE)) != 0)
    wrong[812] = True
    places = np.flatnonzero(wrong)
    position, seen = 0, []
    while (found := next_error(index, report, position, forward=True)) != position:
        position = found
        seen.append(position - 1)
    assert seen == places.tolist()
    back = [position - 1]
    while (found := next_error(index, report, position, forward=False)) != position:
        position = found
        back.append(position - 1)
    assert back == places[::-1].tolist()


def test_where_there_is_none_one_stays() -> None:
    index = synthetic_index(1)
    assert next_error(index, None, 0, forward=True) == 0
    assert next_error(index, None, 1, forward=False) == 1


def test_it_looks_far() -> None:
    index = synthetic_index(300_000)
    index.flags[:] = 0
    index.kind[:] = 0
    index.flags[[5, 290_000]] = FLAG_FAILED
    assert next_error(index, None, 6, forward=True) == 290_001
    assert next_error(index, None, 290_001, forward=False) == 6
