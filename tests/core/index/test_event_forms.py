"""An index does not depend on which events are decoded in the common form."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from replay_gui.core.index.index_builder import IndexBuilder
from replay_gui.core.index.index_columns import REPLAY_COLUMNS, read_column
from replay_gui.core.log import fast_events
from replay_gui.core.log.log_reader import EventLog
from tests.helpers.effort import tries
from tests.helpers.event_strategies import events, small_values
from tests.helpers.forged_logs import forged, written

FURTHER = st.dictionaries(st.sampled_from(["tool_name", "further", "key", "a.b", "phase"]), small_values, max_size=2)
EVENTS = st.builds(
    lambda event, further: (event[0], {**further, **event[1]}),
    events | st.tuples(st.sampled_from(["x:a", "x:b", "x:c"]), st.just({})),
    FURTHER | st.just({"ops": [{"op": "add", "path": "/new", "value": {}}]}),
)


@given(st.lists(EVENTS, max_size=12))
@settings(max_examples=tries(60, long=1500), deadline=None)
def test_the_index_is_the_same_with_and_without_structures(run: list[tuple[str, dict[str, Any]]]) -> None:
    built = []
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        path = written(Path(folder) / "run.rlog", forged(run, state_hashes=False).bytes())
        for few in (1, 1 << 30):
            patch.setattr(fast_events, "_MIN_OTHERS", few)
            columns = Path(folder) / str(few)
            columns.mkdir()
            with EventLog.open(path) as log:
                index = IndexBuilder(log, columns).run(lambda _offset: None)
            facts = index.kinds, index.tools, index.phases, index.not_applied, index.state_hash, index.count
            built.append((facts, *(read_column(columns, name).tolist() for name in REPLAY_COLUMNS)))
    assert built[0] == built[1]
