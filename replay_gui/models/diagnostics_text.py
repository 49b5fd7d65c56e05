"""The facts on this installation for a bug report, as plain text, without any content of a log."""

from __future__ import annotations

import platform
import sys
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version

import platformdirs
from PySide6.QtCore import qVersion
from PySide6.QtGui import QGuiApplication

from replay_gui.core.diagnostics import RecentLines, Topic
from replay_gui.core.text.given_paths import home_folder
from replay_gui.core.text.plain_text import visible
from replay_gui.version import VERSION

_PACKAGES = (
    "PySide6-Essentials",
    "pyqtgraph",
    "numpy",
    "blake3",
    "cryptography",
    "msgpack",
    "msgspec",
    "immutables",
    "platformdirs",
    "zstandard",
)
_MAX_LINES = 30  # of each topic


def diagnostics_text(settings_file: str, recent: RecentLines | None) -> str:
    """Return the versions, the platform, the folders, and the last messages of each topic.

    `settings_file`: path of the settings. `recent`: the messages in memory; None: none were recorded. The home folder
    is written as ~, so that the user's name is not in the text.
    """
    lines = [
        f"replay-gui {VERSION}",
        f"Python {platform.python_version()} ({sys.implementation.name})",
        f"Qt {qVersion()}, platform {QGuiApplication.platformName()}",
        f"System: {platform.platform()}",
        "",
        "Packages",
        *(f"  {name} {_version(name)}" for name in _PACKAGES),
        "",
        "Folders",
        f"  settings: {settings_file}",
        f"  cache: {platformdirs.user_cache_path('replay-gui')}",
    ]
    for topic in Topic:
        lines += ["", f"Last messages: {topic.value}", *(f"  {line}" for line in _last_lines(recent, topic))]
    return _without_home(visible("\n".join(lines), keep="\n")) + "\n"


def _last_lines(recent: RecentLines | None, topic: Topic) -> Sequence[str]:
    if recent is None:
        return ("not recorded",)
    return recent.lines(topic)[-_MAX_LINES:] or ("none",)


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"


def _without_home(text: str) -> str:
    home = home_folder()
    return text.replace(home, "~") if len(home) > 1 else text  # "/" is the home of some containers
