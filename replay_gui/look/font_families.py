"""The families of the fonts that come with the program, each loaded at its first use."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import fontpkg_inter
import fontpkg_jetbrains_mono
from PySide6.QtGui import QFontDatabase

from replay_gui.core.resource_paths import resources


@cache
def font_families(monospaced: bool) -> tuple[str, ...]:
    """Return the face of the window, or of data; after it those that have characters it lacks, as agents print them.

    There are none if the first one cannot be loaded.
    """
    inter, mono = _upright(fontpkg_inter.ROOT), _upright(fontpkg_jetbrains_mono.ROOT)
    fonts = resources() / "fonts"
    further = (fonts / "symbols.ttf", fonts / "emoji.ttf")  # a wide line, a record sign, ballot boxes; usual emoji
    files = (mono, inter, *further) if monospaced else (inter, mono, *further)
    first, *others = (None if file is None else _loaded(file) for file in files)
    return () if first is None else (first, *(family for family in others if family is not None))


def _upright(package: Path) -> Path | None:
    """Return the file of the upright font of a package, or None if there is none."""
    # The library of these packages would also find the file, but takes 60 ms to search all installed packages.
    return next((file for file in sorted(package.glob("files/*.ttf")) if "Italic" not in file.name), None)


@cache
def _loaded(file: Path) -> str | None:
    """Return the family name of a font, or None if it cannot be loaded."""
    number = QFontDatabase.addApplicationFont(str(file))
    families = QFontDatabase.applicationFontFamilies(number) if number >= 0 else []
    return families[0] if families else None
