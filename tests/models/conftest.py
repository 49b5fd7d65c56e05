from __future__ import annotations

from tests.helpers.journey import _kept_pools, kept_workers

__all__ = ["_kept_pools", "kept_workers"]
