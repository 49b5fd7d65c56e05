"""No real file at hand is without a plain count of what it holds."""

from __future__ import annotations

from tests.core.importers import test_plain_counts_claude_codex as claude_codex
from tests.core.importers.formats import (
    test_plain_counts,
    test_plain_counts_more,
    test_plain_counts_of_benchmarks,
    test_plain_counts_of_traces,
)
from tests.helpers.paths import SHARED_DATA
from tests.helpers.shared_data import requires_shared_data

BESIDE_THEIR_FORMAT = {
    "temporal": "test_temporal",
    "more/temporal": "test_temporal",
    "more/temporal-ui": "test_temporal",
    "inspect-ai": "test_inspect_ai",
    "more/inspect": "test_inspect_ai",
    "more/langgraph": "test_langgraph",
    "more/tau2": "test_plain_counts, test_tau2_rewards",
    "more/docent": "test_plain_counts_more, test_counts_of_an_evaluation",
}
"""Folders whose files are counted in a test of their own, and where."""
PASSED_OVER = {".md", ".txt", ".bin"}  # texts about the files; histories that are refused


@requires_shared_data
def test_every_real_file_is_counted() -> None:
    patterns = [
        pattern
        for table in (
            test_plain_counts,
            test_plain_counts_more,
            test_plain_counts_of_benchmarks,
            test_plain_counts_of_traces,
        )
        for pattern, _ in table.CASES
    ]
    patterns += [f"{folder}/**/*" for folder in BESIDE_THEIR_FORMAT]
    counted = {path for pattern in patterns for path in SHARED_DATA.glob(pattern)}
    counted |= {*claude_codex.CLAUDE_FILES, *claude_codex.CODEX_FILES}
    files = {path for path in SHARED_DATA.rglob("*") if path.is_file() and path.suffix not in PASSED_OVER}
    assert files - counted == set()
