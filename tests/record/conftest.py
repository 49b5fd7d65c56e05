"""No session may outlive a test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from replay_gui.record.recording import stop
from replay_gui.record.sessions.call_session import current_session


@pytest.fixture(autouse=True)
def _no_session_is_left() -> Iterator[None]:
    yield
    left = current_session()
    stop()
    assert left is None
