"""``python -m replay_gui`` and the ``replay-gui`` script."""

from __future__ import annotations

import sys

from replay_gui.cli import main

__all__ = ["main"]

if __name__ == "__main__":
    sys.exit(main())
