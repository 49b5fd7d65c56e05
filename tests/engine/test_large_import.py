"""A session of 150 MB is converted with progress, within bounds of memory."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.helpers.claude_code_lines import assistant, call, result, user

SIZE = 150_000_000  # bytes
MOST = 600_000_000  # bytes of memory

_CONVERT = """
import resource, sys, time
from replay_gui.core.importers.conversion_cache import cached_conversions
seen = []
start = time.monotonic()
made = cached_conversions(sys.argv[1], sys.argv[2], on_progress=lambda done, total: seen.append((done, total)))
assert [done for done, _ in seen] == sorted(done for done, _ in seen)
assert len(seen) > 100 and all(done <= total for done, total in seen)
print(made[0].events, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024, time.monotonic() - start)
"""


def write_session(path: Path, size: int) -> int:
    """A session of about `size` bytes in which tools are asked and answer 4 kB each; how many calls there are."""
    above, calls, written = None, 0, 0
    with path.open("w") as file:
        while written < size:
            calls += 1
            asked = assistant(f"a{calls}", above, call(f"t{calls}", "Bash", command=f"ls {calls}"))
            told = user(f"u{calls}", f"a{calls}", [result(f"t{calls}", f"line {calls}\\n" * 400)])
            above = f"u{calls}"
            for one in (asked, told):
                written += file.write(json.dumps(one) + "\n")
    return calls


@pytest.mark.long
def test_a_session_of_150_mb_stays_within_its_memory(tmp_path: Path) -> None:
    path = tmp_path / "large.jsonl"
    calls = write_session(path, SIZE)
    assert path.stat().st_size >= SIZE
    run = subprocess.run(
        [sys.executable, "-c", _CONVERT, str(path), str(tmp_path / "cache")], capture_output=True, text=True, check=True
    )
    events, memory, seconds = run.stdout.split()
    print(f"{path.stat().st_size:,} bytes, {calls:,} calls: {float(seconds):.1f} s, {int(memory) / 1e6:,.0f} MB")
    assert int(events) == 1 + 2 * calls
    assert int(memory) < MOST
