"""The documentation's table of formats has every importer, and no other."""

from __future__ import annotations

import re

from replay_gui.core.importers import plugins
from replay_gui.core.importers.registry import importers
from tests.helpers.paths import DOCS


def test_the_page_has_every_format_and_no_other() -> None:
    plugins.plugins.cache_clear()
    plugins.offered_importers.cache_clear()
    rows = re.findall(r"^\| `([\w.-]+)` \|", (DOCS / "formats.md").read_text("utf-8"), re.MULTILINE)
    assert sorted(rows[1:]) == sorted(importer.name for importer in importers())
