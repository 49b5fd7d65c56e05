from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.helpers.journey import _kept_pools, kept_workers
from tests.helpers.talk import Talk

__all__ = ["_kept_pools", "kept_workers"]


@pytest.fixture
def talk(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, kept_workers: None
) -> Iterator[Talk]:
    """With the engine's jobs, or those of another module of this folder."""
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parent / "job_modules"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    talk = Talk(getattr(request, "param", "replay_gui.engine.jobs.registry"))
    talk.engine.start()
    yield talk
    talk.engine.close()
