"""Real logs beside the checkout. They may not be published, so tests on them are skipped elsewhere, with a reason."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.helpers.paths import SHARED_DATA

MISSING = "needs the real logs of ../shared/data, which may not be published"

requires_shared_data = pytest.mark.skipif(not SHARED_DATA.is_dir(), reason=MISSING)
"""Marks a test, or a module as its `pytestmark`, that reads them."""


def each_real_file(files: Sequence[Path]) -> pytest.MarkDecorator:
    """Run a test with each file as its `path`; if there is none, skip it with a reason."""
    skipped = pytest.param(None, marks=pytest.mark.skip(reason=MISSING), id="no files")
    named = [pytest.param(path, id=f"{path.parent.name}-{path.stem}"[-60:]) for path in files]
    return pytest.mark.parametrize("path", named or [skipped])
