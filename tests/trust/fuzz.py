"""Coverage-guided fuzzing: ``python -m tests.trust.fuzz --minutes 60 [--target NAME]``.

Each target runs in a process of its own for its share of the time. An input that is too much for one is written to
tests/trust/findings, where the suite keeps trying it. Needs the extra ``fuzz``.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.trust.targets import FINDINGS, seeds, targets

_LONGEST = 1 << 16  # bytes of an input
_SLOW = 20  # seconds that one input may take


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--target", choices=targets(), action="append")
    options = parser.parse_args()
    chosen = options.target or list(targets())
    total = failed = 0
    for name in chosen:
        count, code = _run(name, 60 * options.minutes / len(chosen))
        print(f"{name:16} {count:>12,} inputs  {'ok' if code == 0 else 'FOUND SOMETHING: see ' + str(FINDINGS / name)}")
        total, failed = total + count, failed + (code != 0)
    print(f"{'in all':16} {total:>12,} inputs")
    return 1 if failed else 0


def _run(name: str, seconds: float) -> tuple[int, int]:
    """(inputs tried, exit code) of one target."""
    (FINDINGS / name).mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as corpus:
        for number, data in enumerate(seeds(name)):
            Path(corpus, str(number)).write_bytes(data)
        limits = [
            f"-max_total_time={max(1, int(seconds))}",
            f"-max_len={_LONGEST}",
            f"-timeout={_SLOW}",
            "-rss_limit_mb=4096",
        ]
        command = [sys.executable, "-m", "tests.trust.guided", name, corpus, *limits]
        done = subprocess.run(
            [*command, f"-artifact_prefix={FINDINGS / name}/"], stderr=subprocess.PIPE, stdout=subprocess.DEVNULL
        )
    output = done.stderr.decode(errors="replace")
    if done.returncode:
        print(output[-4000:], file=sys.stderr)
    counts = re.findall(r"^#(\d+)|Done (\d+) runs", output, re.MULTILINE)
    return max((int(a or b) for a, b in counts), default=0), done.returncode


if __name__ == "__main__":
    sys.exit(main())
