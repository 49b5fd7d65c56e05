"""The independent reader of the format, where it is at hand: it lies outside this repository."""

from __future__ import annotations

import importlib.util
import io
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.paths import SHARED

_FILE = SHARED / "replay_log_check.py"

needs_reference = pytest.mark.skipif(not _FILE.exists(), reason="the independent reader is not at hand")


def _load() -> Any:
    if not _FILE.exists():
        return None
    spec = importlib.util.spec_from_file_location("replay_log_check", _FILE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    vars(module)["open"] = lambda path, mode: io.BytesIO(Path(path).read_bytes())  # its own leaves files open
    return module


reference: Any = _load()
"""The module, None where it is missing."""
