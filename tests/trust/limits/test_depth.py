"""No depth of any value, in any decoder, ends the process: decoders are tried in processes of their own."""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.effort import tries
from tests.helpers.paths import DATA
from tests.trust.limits.capped import GIGABYTE, run_capped

DEPTH = 100_000
MARK = "@deep@"
PLACES_OF_EACH = tries(3, long=6)
PARTS = 4  # processes that share the seeds: a process takes longer to start than to read one
SEEDS = [path for path in sorted((DATA / "seeds").rglob("*")) if path.is_file()]

CONVERT = """
import sys, tempfile
from pathlib import Path
from replay_gui.core.errors import ReplayError
from replay_gui.core.importers.conversion import convert
for name in sys.argv[1:]:
    print(name, flush=True)  # the last that is printed ended the process
    with tempfile.TemporaryDirectory() as folder:
        try:
            convert(name, Path(folder))
        except ReplayError:
            pass
print("survived")
"""


def with_mark(value: Any, at: list[int]) -> Any:
    """Return the value with MARK in the place of its leaf number at[0], counted down."""
    if isinstance(value, dict):
        return {key: with_mark(child, at) for key, child in value.items()}
    if isinstance(value, list):
        return [with_mark(child, at) for child in value]
    at[0] -= 1
    return MARK if at[0] == -1 else value


def deep_forms(text: str) -> Iterator[str]:
    """Yield the JSON or JSON Lines with a deep value in one place after another, and with one as text."""
    try:
        documents, end = [json.loads(text)], ""
    except ValueError:
        documents, end = [json.loads(line) for line in text.splitlines() if line.strip()], "\n"
    marked = 0
    for place in range(10_000):
        counter = [place]
        changed = end.join(json.dumps(with_mark(document, counter)) for document in documents)
        if MARK not in changed:
            return
        if place % 5 == 0 and marked < PLACES_OF_EACH:
            marked += 1
            deep = "[" * DEPTH + "]" * DEPTH if place % 2 else '{"a":' * DEPTH + "1" + "}" * DEPTH
            yield changed.replace(f'"{MARK}"', deep)
            yield changed.replace(f'"{MARK}"', json.dumps(deep))
        if marked >= PLACES_OF_EACH:
            return


@pytest.mark.parametrize("part", range(PARTS))
def test_importers(part: int, tmp_path: Path) -> None:
    paths = []
    for seed in SEEDS[part::PARTS]:
        try:
            forms = [*deep_forms(seed.read_text())]
        except (ValueError, UnicodeDecodeError):
            continue  # no JSON: its depth is tried in other tests
        for number, form in enumerate(forms):
            paths.append(tmp_path / f"{seed.parent.name}-{seed.stem}-{number}{seed.suffix}")
            paths[-1].write_text(form)
    assert len(paths) > 50
    done = run_capped("-c", CONVERT, *paths, memory=2 * GIGABYTE)
    assert done.returncode != -signal.SIGSEGV, done.stdout.splitlines()[-1]
    assert done.stdout.splitlines() == [*map(str, paths), "survived"], done.stderr[-2000:]


READ = """
import sys
from pathlib import Path
from replay_gui.core.errors import ReplayError
for module, name in (
    ("core.anchor.statement", "read_anchor"),
    ("core.divergence.rules.rules_file", "read_rules"),
    ("core.importers.mapping_store", "saved_mapping"),
):
    function = getattr(__import__("replay_gui." + module, fromlist=[name]), name)
    try:
        function(Path(sys.argv[1]), *([[]] if name == "saved_mapping" else [None] if name == "read_anchor" else []))
    except ReplayError:
        pass
print("survived")
"""


@pytest.mark.parametrize(
    "content",
    [
        "[" * DEPTH + "]" * DEPTH,
        '{"a":' * DEPTH + "1" + "}" * DEPTH,
        "a = " + "[" * DEPTH + "]" * DEPTH,
        "[a" + ".a" * DEPTH + "]",
    ],
    ids=["lists", "maps", "toml lists", "toml tables"],
)
def test_files_of_the_programs_own(content: str, tmp_path: Path) -> None:
    path = tmp_path / "deep"
    path.write_text(content)
    done = run_capped("-c", READ, path, memory=2 * GIGABYTE)
    assert done.stdout == "survived\n", done.stderr[-2000:]
