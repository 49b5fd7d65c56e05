"""Paths for the tests: the checkout, the test data, real logs beside the checkout (absent elsewhere)."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).parents[2]
TESTS = ROOT / "tests"
DATA = TESTS / "data"
VECTORS = DATA / "vectors"
CASES = DATA / "cases"
SHARED = ROOT.parent / "shared"  # real logs that may not be published; tests that need them are skipped without them
SHARED_DATA = SHARED / "data"
README = ROOT / "README.md"
RESOURCES = ROOT / "resources"
DOCS = RESOURCES / "docs"
