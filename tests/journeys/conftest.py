from __future__ import annotations

from tests.helpers.journey import journey

__all__ = ["journey"]
