"""The path of the files that come with the program."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from replay_gui.core.path_kinds import is_folder


@cache
def resources() -> Path:
    """Return the `resources` folder: inside the package if installed, beside it in a checkout."""
    package = Path(__file__).resolve().parents[1]
    installed = package / "resources"
    return installed if is_folder(installed) else package.parent / "resources"
