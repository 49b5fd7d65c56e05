from __future__ import annotations

import pytest

from tests.helpers.journey import _kept_pools, journey, kept_workers

__all__ = ["_kept_pools", "journey", "kept_workers"]


@pytest.fixture(autouse=True)
def _with_kept_workers(kept_workers: None) -> None:
    """Each journey has workers that did other work before, as in a window that is open for long."""
