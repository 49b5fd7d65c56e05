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

STACK = 1 << 20  # bytes, an eighth of the usual
DEPTH = 25_000  # 42 bytes of the stack a level; no decoder that calls itself needs so little
MARK = "@deep@"
PLACES_OF_EACH = tries(1, long=6)
PARTS = 2  # processes that share the seeds: a process takes longer to start than to read one
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
    done = run_capped("-c", CONVERT, *paths, memory=2 * GIGABYTE, stack=STACK)
    assert done.returncode != -signal.SIGSEGV, done.stdout.splitlines()[-1]
    assert done.stdout.splitlines() == [*map(str, paths), "survived"], done.stderr[-2000:]


READ = """
import sys
from pathlib import Path
from replay_gui.core.anchor.statement import read_anchor
from replay_gui.core.divergence.rules.rules_file import read_rules
from replay_gui.core.errors import ReplayError
from replay_gui.core.importers.generic.mapping_store import saved_mapping
for path in map(Path, sys.argv[1:]):
    for read in lambda: read_anchor(path, None), lambda: read_rules(path), lambda: saved_mapping(path, []):
        print(path.name, flush=True)
        try:
            read()
        except ReplayError:
            pass
print("survived")
"""


def test_files_of_the_programs_own(tmp_path: Path) -> None:
    contents = {
        "lists": "[" * DEPTH + "]" * DEPTH,
        "maps": '{"a":' * DEPTH + "1" + "}" * DEPTH,
        "toml lists": "a = " + "[" * DEPTH + "]" * DEPTH,
        "toml tables": "[a" + ".a" * DEPTH + "]",
    }
    for name, content in contents.items():
        (tmp_path / name).write_text(content)
    done = run_capped("-c", READ, *(tmp_path / name for name in contents), memory=2 * GIGABYTE, stack=STACK)
    assert done.stdout.splitlines() == [*(name for name in contents for _ in range(3)), "survived"], done.stderr[-2000:]
