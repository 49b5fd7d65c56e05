"""``python -m replay_gui`` and the ``replay-gui`` script."""

from __future__ import annotations

import sys
from collections.abc import Sequence

_INTERRUPTED = 130  # 128 + the signal's number, as in shells


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code; also when it is interrupted while it is still being imported."""
    try:
        from replay_gui import cli

        return cli.main(arguments)
    except KeyboardInterrupt:
        return _INTERRUPTED


if __name__ == "__main__":
    sys.exit(main())
