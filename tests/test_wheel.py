"""The wheel, installed without the checkout, has all it needs to show the samples."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.helpers.paths import ROOT

PNG = b"\x89PNG\r\n\x1a\n"


def test_an_installed_wheel_draws_the_demo(tmp_path: Path) -> None:
    """Its dependencies are those of this environment; the package itself comes from the wheel alone."""
    _run(sys.executable, "-m", "build", "--wheel", "--outdir", str(tmp_path / "dist"), str(ROOT), cwd=tmp_path)
    (wheel,) = (tmp_path / "dist").glob("*.whl")
    site = tmp_path / "site"
    _run(sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--target", str(site), str(wheel), cwd=tmp_path)
    found = _run(sys.executable, "-P", "-c", "import replay_gui; print(replay_gui.__file__)", cwd=tmp_path, site=site)
    assert Path(found.strip()).is_relative_to(site)
    picture = tmp_path / "demo.png"
    _run(sys.executable, "-P", "-m", "replay_gui", "--demo", "--screenshot", str(picture), cwd=tmp_path, site=site)
    assert picture.read_bytes().startswith(PNG)


def _run(*command: str, cwd: Path, site: Path | None = None) -> str:
    environment = dict(os.environ) | ({} if site is None else {"PYTHONPATH": str(site)})
    done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
