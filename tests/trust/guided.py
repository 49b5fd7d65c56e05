"""The process in which one target is fuzzed: ``python -m tests.trust.guided TARGET`` and libFuzzer's own arguments."""

from __future__ import annotations

import sys

import atheris

with atheris.instrument_imports(include=["replay_gui.core"]):
    from tests.trust.targets import targets

if __name__ == "__main__":
    atheris.Setup([sys.argv[0], *sys.argv[2:]], targets()[sys.argv[1]])
    atheris.Fuzz()
