"""The README and the pages of resources/docs: their examples run, their links lead somewhere."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.helpers.paths import DOCS, README, ROOT

PAGES = [README, ROOT / ".github" / "CONTRIBUTING.md", *sorted(DOCS.glob("*.md"))]
MAX_README_LINES = 150


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_to_files(page: Path) -> None:
    links = [link.partition("#")[0] for link in re.findall(r"\]\(([^)\s]+)\)", page.read_text("utf-8"))]
    assert [link for link in links if "://" not in link and not (page.parent / link).exists()] == []


@pytest.mark.parametrize("page", [README, DOCS / "interface.md"], ids=lambda page: page.name)
def test_the_example_runs(page: Path, tmp_path: Path) -> None:
    example = next(code for code in re.findall(r"```python\n(.*?)```", page.read_text("utf-8"), re.DOTALL))
    done = subprocess.run([sys.executable, "-c", example], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.endswith("Verification: 3/3 events verified, 0 failures, 0 mismatches - VALID\n")


def test_the_test_command_is_that_of_continuous_integration() -> None:
    command = (ROOT / ".ci" / "run").read_text("utf-8").splitlines()[-1]
    assert f"\n{command}\n" in README.read_text("utf-8")


def test_the_map_has_every_folder() -> None:
    """Of folders within these, their own docstrings tell."""
    text = (DOCS / "architecture.md").read_text("utf-8")
    rooms = dict(re.findall(r"^  (\w+)/(.*?)(?=^  \S|^```)", text, re.MULTILINE | re.DOTALL))
    folders = [path.parent for path in (ROOT / "replay_gui").glob("*/*/__init__.py")]
    missing = [folder for folder in folders if f"{folder.name}/" not in rooms[folder.parent.name]]
    assert missing == []
    assert len(folders) > 40


def test_the_tests_that_the_attack_page_names_are_there() -> None:
    page = (DOCS / "threat-model.md").read_text("utf-8")
    files = re.findall(r"\btests/[\w/]+(?:\.py)?", page)
    assert [name for name in files if not (ROOT / name).exists()] == []
    rows = re.findall(r"^\| (?:[HMLS]\d\S* ?)+.*\| (.*) \|$", page, re.MULTILINE)
    named = [(file, test) for row in rows for file, tests in re.findall(r"`([\w/]+\.py)`:([^;]*)", row)
             for test in re.findall(r"`(test_\w+)`", tests)]  # fmt: skip
    assert len(rows) > 47
    assert len(named) > 90
    assert [each for each in named if f"\ndef {each[1]}(" not in (ROOT / "tests" / each[0]).read_text("utf-8")] == []


def test_the_readme_is_short() -> None:
    assert len(README.read_text("utf-8").splitlines()) <= MAX_README_LINES


def test_every_page_has_a_title_and_is_in_the_readme() -> None:
    readme = README.read_text("utf-8")
    for page in DOCS.glob("*.md"):
        assert page.read_text("utf-8").startswith("# "), page.name
        assert f"(resources/docs/{page.name})" in readme, page.name
