"""The memory that the columns of an open run take."""

from __future__ import annotations

from pathlib import Path

import pytest

from replay_gui.core.index import run_index
from replay_gui.core.index.index_cache import IndexCache
from replay_gui.engine.requests import Open, StopWork
from replay_gui.engine.run_controller import RunController
from tests.core.index.resident import lists_pages, resident
from tests.helpers.fake_pool import FakePool, real_messages
from tests.helpers.kept_indexes import keep
from tests.helpers.logs import write_log


@lists_pages
@pytest.mark.parametrize("budget", [0, 1 << 40])
def test_pages_over_the_budget_are_released(budget: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_index, "_MAPPED_BUDGET_BYTES", budget)
    path, cache, pool = write_log(tmp_path / "run.rlog", 5), IndexCache(tmp_path / "indexes"), FakePool(real_messages)
    keep(cache, path)
    controller = RunController(
        pool=pool,  # type: ignore[arg-type]
        cache=cache,
        answer=lambda *_: None,
        on_worker_message=lambda *_: None,
        searchers=pool,  # type: ignore[arg-type]
        importers=pool,  # type: ignore[arg-type]
        followers=pool,  # type: ignore[arg-type]
    )
    controller.start_opening(1, Open(str(path)), 0)
    try:
        assert controller.open is not None
        index = controller.open.index
        kinds = index.kind.tolist()
        assert resident(index.kind) > 0
        controller.handle_request(1, StopWork(), 0)
        assert (resident(index.kind) == 0) == (budget == 0)
        assert index.kind.tolist() == kinds
    finally:
        controller.close()
