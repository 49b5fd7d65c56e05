"""The structure of the package: circles of files, sizes of folders and files, names of classes."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cache

import pytest

from tests.helpers.package_trees import PACKAGE, module_files, statements, trees
from tests.helpers.paths import ROOT

MAX_FILES = 25  # Python files in a folder, without those in its subfolders
MIN_FILES = 3
MAX_LINES = 400
CONTRIBUTING = ROOT / ".github" / "CONTRIBUTING.md"
FOLDERS_OF_FEW = {
    "replay_gui/record/child/site": "a folder for the path of other processes, with the one file that Python imports",
    "tests/reference": "the independent reader of the log format is one file on purpose",
}
LONG_FILES = {
    "tests/reference/replay_log_check.py": "the independent reader of the log format is one file on purpose",
}

DISK_CALLS = re.compile(  # of the standard library and of Qt; `open` alone is also a method of sessions and dialogs
    r"os\.open|(read|write)_(text|bytes)|l?exists|is_?(file|dir|link)|[lf]?stat|r?glob|iterdir|scandir|listdir|walk|mkdir|"
    r"makedirs|unlink|rmdir|touch|realpath|TemporaryDirectory|NamedTemporaryFile|mkdtemp|QSettings|QFile|QSaveFile|QDir"
)
WINDOW_ROOMS = ("replay_gui.app", "replay_gui.models.", "replay_gui.widgets.", "replay_gui.windows.")
MAY_WAIT_FOR_THE_DISK = {
    "app": "before there is a window",
    "models.file_watch": "in a DiskQuestion",
    "models.rerun.rerun_files": "in DiskQuestions, and when the window has closed",
    "models.rerun.rerun_process": "in DiskQuestions",
    "models.runs.runs_session": "in a DiskQuestion",
    "widgets.parts.page_view": "the program's own documentation",
    "windows.dialogs.documentation_dialog": "the program's own documentation",
    "windows.dialogs.export_dialog": "in a DiskQuestion",
    "windows.dialogs.rerun_dialog": "in a DiskQuestion",
    "windows.path_opener": "in a DiskQuestion",
    "windows.screenshot": "the picture, with which the program ends",
    "windows.settings.settings_file": "before there is a window",
    "windows.settings.settings_store": "before there is a window, and then on its own thread",
}

MAY_NAME_FORMATS = {
    "registry": "the list of all formats",
    "packed": "an Inspect log is a ZIP file, which must not be unpacked as one",
    "generic": "the format of any JSON records; it shares the reading of messages",
}


@cache
def imports() -> dict[str, set[str]]:
    """What each module imports of the package, also for types alone or in a function."""
    modules = trees()
    found: dict[str, set[str]] = {}
    for name, tree in modules.items():
        found[name] = set()
        for node in statements(tree):
            if isinstance(node, ast.Import):
                found[name] |= {alias.name for alias in node.names} & modules.keys()
            elif isinstance(node, ast.ImportFrom) and node.module:
                for alias in node.names:
                    full = f"{node.module}.{alias.name}"
                    found[name].add(full if full in modules else node.module)
        found[name] = (found[name] & modules.keys()) - {name}
    return found


def circles(graph: dict[str, set[str]]) -> list[list[str]]:
    """The groups of nodes that lead to one another (Tarjan's strongly connected components), each sorted."""
    number: dict[str, int] = {}
    lowest: dict[str, int] = {}
    stack: list[str] = []
    found: list[list[str]] = []

    def visit(node: str) -> None:
        number[node] = lowest[node] = len(number)
        stack.append(node)
        for other in graph[node]:
            if other not in number:
                visit(other)
                lowest[node] = min(lowest[node], lowest[other])
            elif other in stack:
                lowest[node] = min(lowest[node], number[other])
        if lowest[node] == number[node]:
            group = stack[stack.index(node) :]
            del stack[-len(group) :]
            if len(group) > 1:
                found.append(sorted(group))

    for node in graph:
        if node not in number:
            visit(node)
    return found


def imported_with(*names: str) -> set[str]:
    """These modules, and all of the package that is imported with them: not for types alone, nor in a function."""
    found: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        found.add(name)
        for node in trees()[name].body:
            if isinstance(node, ast.ImportFrom) and node.module:
                full = (f"{node.module}.{alias.name}" for alias in node.names)
                waiting += [each if each in trees() else node.module for each in full if node.module in trees()]
    return found


def external_imports(name: str) -> set[str]:
    """What else a module imports when it is imported: the first part of each name."""
    found: set[str] = set()
    for node in trees()[name].body:
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.partition(".")[0])
    return found - {"replay_gui"}


def test_the_first_window_imports_nothing_that_reads_a_log() -> None:
    begun = ("replay_gui.cli", "replay_gui.commands.open_window", "replay_gui.app")
    started = imported_with(*begun, "replay_gui.engine.bridge", "replay_gui.windows.main_window")
    assert "replay_gui.models.session" in started
    of_logs = (
        "core.atomic_file",
        "core.index.index_cache",
        "core.log.event",
        "core.log.log_reader",
        "core.readable.event_reading",
        "core.replay",
        "core.state.state",
        "engine.files.stream_spool",
    )
    assert [name for name in sorted(started) if name.removeprefix("replay_gui.").startswith(of_logs)] == []
    assert started & {"replay_gui.engine.opening", "replay_gui.engine.open_run", "replay_gui.engine.engine"} == set()
    assert [name for name in sorted(started) if "numpy" in external_imports(name)] == []  # see numpy_on_demand


def test_circles_are_found() -> None:
    assert circles({"a": {"b"}, "b": {"c"}, "c": {"b"}, "d": {"a"}}) == [["b", "c"]]


def test_there_is_no_circle_of_files() -> None:
    """The package's own `__init__` names what is public and loads it on demand, so it takes part in none."""
    graph = {name: others - {"replay_gui"} for name, others in imports().items() if name != "replay_gui"}
    assert circles(graph) == []


def called_names(node: ast.AST) -> Iterator[str]:
    """The last name of all that is called in a definition, or handed over to a call; `os.open` in full."""
    for call in ast.walk(node):
        for part in (call.func, *call.args) if isinstance(call, ast.Call) else ():
            if isinstance(part, ast.Attribute):
                yield "os.open" if ast.unparse(part) == "os.open" else part.attr
            elif isinstance(part, ast.Name):
                yield part.id


def waiting_for_disk() -> set[str]:
    """The modules that wait for the disk, by themselves or through a function, or a class outside of WINDOW_ROOMS."""
    slow: set[str] = set()  # full names
    uses: dict[str, set[str]] = {}  # of each definition, and of each module
    for module, tree in trees().items():
        if module.startswith(("replay_gui.look.", "replay_gui.core.resource_paths")):
            continue  # they read the program's own resources only
        known = {
            alias.asname or alias.name: f"{node.module}.{alias.name}"
            for node in statements(tree)
            if isinstance(node, ast.ImportFrom)
            for alias in node.names
        }
        inside = [node for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)]
        known |= {node.name: f"{module}.{node.name}" for node in inside}
        of_window = module.startswith(WINDOW_ROOMS)
        called = {node: set(called_names(node)) for node in tree.body}
        definitions = {
            f"{module}.{node.name}": called[node]
            for node in inside
            if isinstance(node, ast.FunctionDef) or not of_window
        }
        for full, names in {module: set().union(*called.values()), **definitions}.items():
            uses[full] = {known[name] for name in names & known.keys()}
            if any(map(DISK_CALLS.fullmatch, names)):
                slow.add(full)
    while more := {name for name, used in uses.items() if name not in slow and used & slow}:
        slow |= more
    return slow & trees().keys()


def test_nothing_else_waits_for_the_disk_on_the_thread_of_the_window() -> None:
    waiting = {name.removeprefix("replay_gui.") for name in waiting_for_disk() if name.startswith(WINDOW_ROOMS)}
    assert waiting == set(MAY_WAIT_FOR_THE_DISK)


def folders() -> Iterator[tuple[str, int, int]]:
    """Every folder with Python files: how many of its own it has, and how many without __init__.py and conftest.py."""
    for top in (PACKAGE, ROOT / "tests"):
        for folder in (top, *sorted(path for path in top.rglob("*") if path.is_dir())):
            files = {file.name for file in folder.glob("*.py")}
            besides = len(files - {"__init__.py", "conftest.py"})
            if besides:
                yield folder.relative_to(ROOT).as_posix(), len(files), besides


def is_mirror(folder: str) -> bool:
    """Whether a folder of tests is named as the package's folder that it tests; it may then be small."""
    return folder == "tests" or (folder.startswith("tests/") and (PACKAGE / folder.removeprefix("tests/")).is_dir())


def test_no_folder_has_too_many_files_or_too_few() -> None:
    counts = list(folders())
    assert [(folder, count) for folder, count, _ in counts if count > MAX_FILES] == []
    assert {folder for folder, _, besides in counts if besides < MIN_FILES and not is_mirror(folder)} == {
        *FOLDERS_OF_FEW
    }


def test_folders_are_named_by_nouns() -> None:
    """No folder of the package has a name in -ing."""
    names = {folder.rpartition("/")[2] for folder, _, _ in folders() if folder.startswith("replay_gui")}
    assert {name for name in names if name.endswith("ing")} == set()


def test_no_file_is_too_long() -> None:
    lengths = {
        file.relative_to(ROOT).as_posix(): len(file.read_text("utf-8").splitlines())
        for top in (PACKAGE, ROOT / "tests")
        for file in top.rglob("*.py")
    }
    long = {name: lines for name, lines in lengths.items() if lines > MAX_LINES}
    assert {name: lines for name, lines in long.items() if name not in LONG_FILES} == {}
    assert set(LONG_FILES) <= set(long)


def test_no_test_imports_another_test() -> None:
    """What several tests need is in a module beside them, or in tests/helpers."""
    importing = re.compile(r"^(from tests\.[\w.]*\btest_|import tests\.[\w.]*\btest_)", re.MULTILINE)
    files = (ROOT / "tests").rglob("*.py")
    assert [file.name for file in files if importing.search(file.read_text("utf-8"))] == []


def test_no_two_classes_have_one_name() -> None:
    places: dict[str, list[str]] = defaultdict(list)
    for module, tree in trees().items():
        for node in statements(tree):
            if isinstance(node, ast.ClassDef):
                places[node.name].append(module)
    assert {name: modules for name, modules in places.items() if len(modules) > 1} == {}


def caches(module: str, tree: ast.Module) -> Iterator[str]:
    """What a module remembers for the whole process, each as ``module.function``."""
    for node in tree.body:
        made_by: list[ast.expr] = []
        if isinstance(node, ast.FunctionDef):
            made_by, name = node.decorator_list, node.name
        elif isinstance(node, ast.Assign):
            made_by, name = [node.value], ast.unparse(node.targets[0])
        if any(re.match(r"(functools\.)?(lru_)?cache\b", ast.unparse(part)) for part in made_by):
            yield f"{module.rpartition('.')[2]}.{name}"


def test_all_caches_of_the_process_are_listed() -> None:
    listed = re.findall(r"`(\w+\.\w+)`", CONTRIBUTING.read_text("utf-8").partition("## Process-wide caches")[2])
    found = [name for module, tree in trees().items() for name in caches(module, tree)]
    assert sorted(found) == sorted(listed)


@pytest.mark.parametrize("module", [name for name in module_files() if name.startswith("replay_gui.core.log.")])
def test_the_log_needs_little_of_the_core(module: str) -> None:
    """Only errors, in the user's language and with the system's reasons, and its own package: who reads a log needs to
    know nothing else."""
    allowed = (
        "replay_gui.core.log",
        "replay_gui.core.errors",
        "replay_gui.core.diagnostics",
        "replay_gui.core.atomic_file",
        "replay_gui.core.path_kinds",
        "replay_gui.core.translation",
    )
    assert [other for other in imports()[module] if not other.startswith(allowed)] == []


def test_only_the_registry_names_formats() -> None:
    """What all importers share knows no format."""
    room, formats = "replay_gui.core.importers.", "replay_gui.core.importers.formats."
    shared = [module for module in trees() if module.startswith(room) and module.count(".") == room.count(".")]
    assert shared
    naming = {module for module in shared if any(other.startswith(formats) for other in imports()[module])}
    assert naming <= {room + name for name in MAY_NAME_FORMATS}


def test_only_sessions_listen_to_the_engine() -> None:
    """A panel gets the answers from the session of its run, which drops those about an earlier run."""
    text = re.compile(r"\bbridge\.answered\b")
    listening = {module for module, file in module_files().items() if text.search(file.read_text("utf-8"))}
    assert {module.rpartition(".")[2] for module in listening} == {
        "comparison_session",
        "runs_session",
        "session",
        "source_session",
        "why_session",
    }
