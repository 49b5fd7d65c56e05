#!/usr/bin/python3
"""Build a Debian package of the program with all its Python packages.

It holds a virtual environment of the system's own Python, below /usr/lib/replay-gui, so it fits the release of Debian
or Ubuntu that it was built on. Needs python3-venv, dpkg-deb and an index of packages.
"""

from __future__ import annotations

import argparse
import gzip
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PYTHON = "/usr/bin/python3"  # of the system, whatever runs this
HOME = "usr/lib/replay-gui"
LAUNCHER = """\
#!/{home}/bin/python3 -P
import sys

from replay_gui.__main__ import main

sys.exit(main())
"""
CONTROL = """\
Package: replay-gui
Version: {version}
Architecture: {architecture}
Maintainer: {maintainer}
Installed-Size: {kilobytes}
Depends: {python}, {libraries}
Recommends: desktop-file-utils, hicolor-icon-theme, shared-mime-info
Section: devel
Priority: optional
Description: desktop replay debugger for AI-agent runs
 A run of an agent is recorded as a hash-chained event log. Move along its
 timeline, see the state at any event, check whether the record can be
 trusted, and see where and why two runs differ.
 .
 The Python packages that it needs are inside, each with its licence.
"""
SHARED_FILES = """\
import sys
from pathlib import Path
from replay_gui.commands.desktop.desktop_files import desktop_files
from replay_gui.commands.desktop.words import window_and_commands
from replay_gui.commands.desktop.zsh import zsh_completion

files = desktop_files("replay-gui")
files["zsh/vendor-completions/_replay-gui"] = zsh_completion(window_and_commands()).encode()
for name, data in files.items():
    path = Path(sys.argv[1], name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
"""


def main() -> None:
    """Build the package, and print its path."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", type=Path, default=ROOT / "dist", help="where the package goes (dist)")
    out = parser.parse_args().folder.resolve()
    out.mkdir(parents=True, exist_ok=True)
    os.umask(0o022)  # everybody may read what is installed
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder, "tree")
        python = _environment(tree, Path(folder, "pip"))
        _shared_files(tree, python)
        print(_pack(tree, python.name, out))


def _environment(tree: Path, pip: Path) -> Path:
    """Make the virtual environment, and return its Python."""
    name = _output(PYTHON, "-c", "import sys; print('python%d.%d' % sys.version_info[:2])")
    home = tree / HOME
    packages = home / "lib" / name / "site-packages"
    packages.mkdir(parents=True)
    subprocess.run([PYTHON, "-m", "venv", pip], check=True)
    install = [pip / "bin" / "pip", "install", "-q", "--no-compile", "--target", packages, ROOT]
    subprocess.run(install, check=True)
    shutil.rmtree(packages / "bin", ignore_errors=True)  # commands of the packages, for a Python that is gone
    (home / "pyvenv.cfg").write_text(
        f"home = /usr/bin\ninclude-system-site-packages = false\nexecutable = /usr/bin/{name}\n"
    )
    (home / "bin").mkdir()
    for link in ("python3", name):
        (home / "bin" / link).symlink_to(f"/usr/bin/{name}")
    launcher = home / "bin" / "replay-gui"
    launcher.write_text(LAUNCHER.format(home=HOME))
    launcher.chmod(0o755)
    (tree / "usr" / "bin").mkdir()
    (tree / "usr" / "bin" / "replay-gui").symlink_to("../lib/replay-gui/bin/replay-gui")
    # Nobody changes the sources there, so Python need not look whether they were: it starts faster.
    compile_all = [
        PYTHON,
        "-m",
        "compileall",
        "-q",
        "--invalidation-mode",
        "unchecked-hash",
        "-s",
        tree,
        "-p",
        "/",
        packages,
    ]
    subprocess.run(compile_all, check=False, stdout=subprocess.DEVNULL)  # some packages bring files of other Pythons
    return home / "bin" / name


def _shared_files(tree: Path, python: Path) -> None:
    share = tree / "usr" / "share"
    subprocess.run(
        [python, "-P", "-c", SHARED_FILES, share], check=True, env={**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    )
    for page in (share / "man" / "man1").iterdir():
        page.with_name(f"{page.name}.gz").write_bytes(gzip.compress(page.read_bytes(), 9, mtime=0))
        page.unlink()
    licence = share / "doc" / "replay-gui" / "copyright"
    licence.parent.mkdir(parents=True)
    shutil.copyfile(ROOT / "resources" / "LICENSE", licence)


def _pack(tree: Path, python: str, out: Path) -> Path:
    (version,) = re.findall(
        r'^VERSION = "(.+)"$', (ROOT / "replay_gui" / "version.py").read_text("utf-8"), re.MULTILINE
    )
    architecture = _output("dpkg", "--print-architecture")
    size = sum(path.lstat().st_size for path in tree.rglob("*"))
    control = CONTROL.format(
        version=version,
        architecture=architecture,
        maintainer=f"{os.environ.get('DEBFULLNAME', 'replay-gui')} <{os.environ.get('DEBEMAIL', 'root@localhost')}>",
        kilobytes=size >> 10,
        python=python,
        libraries=", ".join(_libraries()),
    )
    (tree / "DEBIAN").mkdir()
    (tree / "DEBIAN" / "control").write_text(control)
    package = out / f"replay-gui_{version}_{architecture}.deb"
    subprocess.run(
        ["dpkg-deb", "--root-owner-group", "-Zxz", "-z3", "--build", tree, package], check=True, stdout=sys.stderr
    )
    return package


def _libraries() -> list[str]:
    """Return the system's libraries that the window needs: those of the README's first command, without what builds."""
    command = next(line for line in (ROOT / "README.md").read_text("utf-8").splitlines() if line.endswith("--demo'"))
    return [word for word in command.split() if word.startswith("lib")]


def _output(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


if __name__ == "__main__":
    main()
