"""Real logs beside the checkout. They may not be published, so tests on them are skipped elsewhere, and say why."""

from __future__ import annotations

import pytest

from tests.helpers.paths import SHARED_DATA

MISSING = "needs the real logs of ../shared/data, which may not be published"

requires_shared_data = pytest.mark.skipif(not SHARED_DATA.is_dir(), reason=MISSING)
"""Marks a test, or a module as its `pytestmark`, that reads them."""
