"""The wheel, installed without the checkout, has all it needs to show the samples."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

from tests.helpers.paths import RESOURCES, ROOT

PACKED = "replay_gui/resources/"
PNG = b"\x89PNG\r\n\x1a\n"


def test_an_installed_wheel_draws_the_demo(tmp_path: Path) -> None:
    """Its dependencies are those of this environment; the package itself comes from the wheel alone."""
    _run(
        sys.executable,
        "-m",
        "build",
        "--wheel",
        "--no-isolation",
        "--outdir",
        str(tmp_path / "dist"),
        str(ROOT),
        cwd=tmp_path,
    )
    (wheel,) = (tmp_path / "dist").glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        held = {name.removeprefix(PACKED) for name in archive.namelist() if name.startswith(PACKED)}
        licences = {name.partition("/licenses/resources/")[2] for name in archive.namelist() if "/licenses/" in name}
    present = {path.relative_to(RESOURCES).as_posix() for path in RESOURCES.rglob("*") if path.is_file()}
    assert licences == {"LICENSE", "fonts/OFL.txt"}  # they stand beside the metadata
    needed = {name for name in present if not name.startswith("pictures/") and "__pycache__" not in name}
    assert held == needed - licences
    site = tmp_path / "site"
    _run(sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--target", str(site), str(wheel), cwd=tmp_path)
    found = _run(sys.executable, "-P", "-c", "import replay_gui; print(replay_gui.__file__)", cwd=tmp_path, site=site)
    assert Path(found.strip()).is_relative_to(site)
    picture = tmp_path / "demo.png"
    _run(sys.executable, "-P", "-m", "replay_gui", "--demo", "--screenshot", str(picture), cwd=tmp_path, site=site)
    assert picture.read_bytes().startswith(PNG)


def _run(*command: str, cwd: Path, site: Path | None = None) -> str:
    environment = {**os.environ, "PIP_NO_COMPILE": "1"}  # a module is compiled once it is imported, if it ever is
    if site is not None:
        environment["PYTHONPATH"] = str(site)
    done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
