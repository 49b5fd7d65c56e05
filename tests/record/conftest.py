"""No session may outlive a test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from replay_gui.record.recording import stop
from replay_gui.record.sessions.call_session import session_in_force


@pytest.fixture(autouse=True)
def _no_session_is_left() -> Iterator[None]:
    yield
    left = session_in_force()
    stop()
    assert left is None
