"""The path of the files that come with the program."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path


@cache
def resources() -> Path:
    """Return the `resources` folder: inside the package if installed, beside it in a checkout."""
    package = Path(__file__).resolve().parents[1]
    installed = package / "resources"
    return installed if os.path.isdir(installed) else package.parent / "resources"
