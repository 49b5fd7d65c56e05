"""The wheel as users install it: by uv, uvx and pipx, with each Python at hand, from a folder, without a network."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.helpers.paths import ROOT

pytestmark = pytest.mark.long  # each installs 400 MB

VERSIONS = ("3.11", "3.12", "3.13")
PNG = b"\x89PNG\r\n\x1a\n"
NOWHERE = "http://127.0.0.1:9"  # a port on which nobody answers


def run(*command: str | Path, env: dict[str, str] | None = None) -> str:
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def tool(name: str) -> str:
    beside = Path(sys.executable).parent / name
    found = str(beside) if beside.is_file() else shutil.which(name)
    return found or pytest.skip(f'{name} is not installed: pip install -e ".[release]"')


@pytest.fixture(scope="module")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheel and the source distribution, as they are released."""
    dist = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "build", "--outdir", dist, ROOT)
    return dist


@pytest.fixture(scope="module", params=VERSIONS)
def python(request: pytest.FixtureRequest) -> Path:
    version: str = request.param
    on_path = shutil.which(f"python{version}")
    candidates = [] if on_path is None else [Path(on_path)]
    candidates += Path.home().glob(f".pyenv/versions/{version}.*/bin/python")
    for candidate in candidates:
        asked = [str(candidate), "-c", "import sys; print('%d.%d' % sys.version_info[:2])"]
        if subprocess.run(asked, capture_output=True, text=True, check=False).stdout.strip() == version:
            return candidate
    pytest.skip(f"Python {version} is not at hand")


@pytest.fixture(scope="module")
def wheels(dist: Path, python: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheel and all that it needs, for this version of Python."""
    folder = tmp_path_factory.mktemp("wheels")
    (wheel,) = dist.glob("*.whl")
    version = run(python, "-c", "import sys; print('%d.%d' % sys.version_info[:2])").strip()
    command = [sys.executable, "-m", "pip", "download", "-q", "--only-binary=:all:", "--python-version", version]
    done = subprocess.run([*command, "-d", str(folder), str(wheel)], capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"what the wheel needs cannot be fetched: {done.stderr.strip().splitlines()[-1]}")
    return folder


@pytest.fixture
def offline(wheels: Path, tmp_path: Path) -> dict[str, str]:
    """The environment of a user whose tools know the folder of wheels alone, and have installed nothing yet."""
    network = dict.fromkeys(("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"), NOWHERE)
    pip = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(wheels), "PIP_CONFIG_FILE": os.devnull}
    uv = {"UV_OFFLINE": "1", "UV_NO_INDEX": "1", "UV_FIND_LINKS": str(wheels), "UV_NO_CONFIG": "1"}
    places = {"UV_CACHE_DIR": "uv", "UV_TOOL_DIR": "tools", "PIPX_HOME": "pipx", "XDG_DATA_HOME": "data"}
    folders = {name: str(tmp_path / folder) for name, folder in places.items()}
    folders |= {"UV_TOOL_BIN_DIR": str(tmp_path / "bin"), "PIPX_BIN_DIR": str(tmp_path / "bin")}
    path = f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}"
    return dict(os.environ) | network | pip | uv | folders | {"PATH": path}


def check_installed(tmp_path: Path, env: dict[str, str]) -> None:
    """Draw the samples, and be put into the menus by the name that the tool keeps."""
    program = tmp_path / "bin" / "replay-gui"
    run(program, "--demo", "--screenshot", tmp_path / "demo.png", env=env)
    assert (tmp_path / "demo.png").read_bytes().startswith(PNG)
    assert f"they start {program}" in run(program, "desktop", "install", env=env)
    run(program, "desktop", "remove", env=env)


def test_uv_tool_install(python: Path, offline: dict[str, str], tmp_path: Path) -> None:
    run(tool("uv"), "tool", "install", "--python", python, "replay-gui", env=offline)
    check_installed(tmp_path, offline)


def test_pipx_install(python: Path, offline: dict[str, str], tmp_path: Path) -> None:
    run(tool("pipx"), "install", "--python", python, "replay-gui", env=offline)
    check_installed(tmp_path, offline)


def test_uvx(python: Path, offline: dict[str, str], tmp_path: Path) -> None:
    run(tool("uvx"), "--python", python, "replay-gui", "--demo", "--screenshot", tmp_path / "demo.png", env=offline)
    assert (tmp_path / "demo.png").read_bytes().startswith(PNG)
    refused = [tool("uvx"), "--python", str(python), "replay-gui", "desktop", "install"]
    offline["XDG_CACHE_HOME"] = str(tmp_path)
    done = subprocess.run(refused, env=offline, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "is in a cache" in done.stderr


def test_the_debian_package(tmp_path: Path) -> None:
    """Unpacked into a folder: its Python finds its packages wherever it lies."""
    for name in ("/usr/bin/python3", "dpkg-deb"):
        tool(name)
    (package,) = run(ROOT / ".ci" / "build_deb.py", tmp_path).split()
    assert "libxcb-cursor0" in run("dpkg-deb", "--field", package, "Depends")
    run("dpkg-deb", "--extract", package, tmp_path / "tree")
    home, share = tmp_path / "tree/usr/lib/replay-gui/bin", tmp_path / "tree/usr/share"
    run(home / "python3", "-P", home / "replay-gui", "--demo", "--screenshot", tmp_path / "demo.png")
    assert (tmp_path / "demo.png").read_bytes().startswith(PNG)
    assert "Exec=replay-gui %F\n" in (share / "applications" / "replay-gui.desktop").read_text()
    places = ("man/man1/replay-gui-verify.1.gz", "zsh/vendor-completions/_replay-gui", "doc/replay-gui/copyright")
    assert all((share / place).is_file() for place in places)


def test_what_is_released_is_well_formed(dist: Path) -> None:
    (wheel,) = dist.glob("*.whl")
    run(tool("twine"), "check", "--strict", *dist.iterdir())
    run(tool("check-wheel-contents"), wheel)
