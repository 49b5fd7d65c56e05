"""Catalogues that several processes make are those that one makes, byte for byte."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from replay_gui.core.catalogue.indexing import SourceTask, batches_of, index_batch
from replay_gui.core.catalogue.writing import write_catalogue
from replay_gui.engine.jobs.catalogue_workers import index_here
from tests.helpers.effort import tries
from tests.helpers.evaluations.evaluation_logs import (
    CANCEL,
    LOOK,
    one_tool_shows_another,
    write_evaluation,
    write_run,
)
from tests.helpers.evaluations.local_cluster import BUCKET, KEYS
from tests.helpers.paths import ROOT

TIMEOUT = 120  # seconds, after which a program that hangs is ended


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = write_evaluation(tmp_path_factory.mktemp("cluster") / "logs")
    for trial in range(20):
        write_run(folder / f"more-{trial}.rlog", [LOOK, CANCEL][trial % 2 :], task="more", trial=trial)
    for trial in range(3):  # the last one shows what their tool does
        asked = one_tool_shows_another(trial)[0]
        write_run(folder / f"opaque-{trial}.rlog", [asked] * (2 if trial == 2 else 1), task="opaque", trial=trial)
    return folder


@pytest.fixture(scope="module")
def expected(logs: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The files of the catalogue that this process makes."""
    folder = tmp_path_factory.mktemp("expected")
    write_catalogue([str(logs)], folder, partial(map, index_batch))
    return files_of(folder)


def files_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def test_progress_is_told_and_every_source_comes_back(logs: Path) -> None:
    tasks = [SourceTask(source=str(path)) for path in sorted(logs.glob("refund*"))]
    records: list[tuple[int, int]] = []
    made = list(index_here(batches_of(tasks), 1, lambda done, total: records.append((done, total))))
    assert [source.source for indexed in made for source in indexed.sources] == [task.source for task in tasks]
    assert records == [(0, 4), (1, 4), (2, 4), (3, 4)]


@contextmanager
def cluster(*options: str) -> Iterator[dict[str, Any]]:
    """A cluster in a process of its own; it ends with the block."""
    command = [sys.executable, "-m", "tests.helpers.evaluations.local_cluster", *options]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        if not line:
            raise AssertionError(process.communicate()[1])
        about = json.loads(line)
        try:
            yield about
        finally:
            about["errors"] = process.communicate(timeout=TIMEOUT)[1]


@pytest.fixture(scope="module")
def two_workers(logs: Path) -> Iterator[dict[str, Any]]:
    """A cluster for several tests, beside an S3 server with the logs. The first task that is done kills a worker."""
    with cluster("--workers", "2", "--kill", "--s3", str(logs)) as about:
        yield about
    assert "killed" in about["errors"]


def run_command(*words: object, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "replay_gui", "catalogue", *map(str, words)],
        cwd=ROOT, env={**os.environ, **environment}, capture_output=True, text=True, timeout=TIMEOUT, check=False,
    )  # fmt: skip


@pytest.mark.parametrize("workers", [2, pytest.param(8, marks=pytest.mark.long)])
def test_processes_make_the_same_bytes(logs: Path, expected: dict[str, bytes], tmp_path: Path, workers: int) -> None:
    done = run_command(logs, "-o", tmp_path / "made", "--workers", workers)
    assert done.returncode == 0, done.stderr
    assert files_of(tmp_path / "made") == expected


def test_a_cluster_of_which_a_worker_is_killed_makes_the_same_bytes(
    logs: Path, expected: dict[str, bytes], tmp_path: Path, two_workers: dict[str, Any]
) -> None:
    done = run_command(logs, "-o", tmp_path / "made", "--cluster", two_workers["address"])
    assert done.returncode == 0, done.stderr
    assert files_of(tmp_path / "made") == expected


@pytest.mark.long
@pytest.mark.parametrize("workers", ["1", "8"])
def test_clusters_of_other_sizes_do_too(logs: Path, expected: dict[str, bytes], tmp_path: Path, workers: str) -> None:
    with cluster("--workers", workers) as about:
        done = run_command(logs, "-o", tmp_path / "made", "--cluster", about["address"])
    assert done.returncode == 0, done.stderr
    assert files_of(tmp_path / "made") == expected


def test_sources_of_this_process_are_sent_to_the_cluster(
    logs: Path, expected: dict[str, bytes], tmp_path: Path, two_workers: dict[str, Any]
) -> None:
    program = """
import sys
from functools import partial
from pathlib import Path
import fsspec
from replay_gui.core.catalogue.writing import write_catalogue
from replay_gui.engine.jobs.catalogue_cluster import index_on_cluster
logs, folder, address = sys.argv[1:]
for path in Path(logs).iterdir():
    fsspec.filesystem("memory").pipe(f"/runs/{path.name}", path.read_bytes())
on_cluster = partial(index_on_cluster, address=address, on_progress=lambda *progress: None)
print(write_catalogue(["memory://runs"], Path(folder), on_cluster).runs)
"""
    command = [sys.executable, "-c", program, str(logs), str(tmp_path / "made"), two_workers["address"]]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=TIMEOUT, check=False)
    assert done.stdout == "32\n", done.stderr
    made = files_of(tmp_path / "made")
    assert made["features.parquet"] == expected["features.parquet"]
    assert made["steps.parquet"] == expected["steps.parquet"]


SEVERAL = """
import json, sys
from replay_gui.cli import main
for words in json.loads(sys.argv[1]):
    print("exit code", main(["catalogue", *words]), flush=True)
"""


def test_sources_on_an_s3_server(expected: dict[str, bytes], tmp_path: Path, two_workers: dict[str, Any]) -> None:
    environment = {
        **KEYS, "AWS_ENDPOINT_URL": two_workers["endpoint"], "NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1",
    }  # fmt: skip
    source, here = f"s3://{BUCKET}", str(tmp_path / "here")
    by_cluster = run_command(source, "-o", tmp_path / "cluster", "--cluster", two_workers["address"], **environment)
    assert by_cluster.returncode == 0, by_cluster.stderr
    commands = [
        [source, "-o", here, "--workers", str(tries(1, long=2))],
        [f"{source}/*.rlog", "-o", here, "--workers", "1"],
        [f"{source}/none", "-o", str(tmp_path / "none")],
    ]
    done = subprocess.run(
        [sys.executable, "-c", SEVERAL, json.dumps(commands)],
        cwd=ROOT, env={**os.environ, **environment}, capture_output=True, text=True, timeout=TIMEOUT, check=True,
    )  # fmt: skip
    made_here, made_again, *_ = done.stdout.split("exit code ")
    assert [line for line in done.stdout.splitlines() if "exit code" in line] == [f"exit code {n}" for n in (0, 0, 2)]
    assert "32 runs of 32 sources; 32 read" in made_here
    assert "0 read, 32 unchanged" in made_again
    assert len(done.stderr.splitlines()) == 1
    made = files_of(tmp_path / "cluster")
    assert made == files_of(tmp_path / "here")
    assert made["features.parquet"] == expected["features.parquet"]  # what they did is the same, wherever they are
    assert made["steps.parquet"] == expected["steps.parquet"]


def test_without_a_scheduler_one_line_says_so(logs: Path, tmp_path: Path) -> None:
    program = """
import sys
from replay_gui.cli import main
from replay_gui.engine.jobs import catalogue_cluster
catalogue_cluster._CONNECT_TIMEOUT_S = 1
sys.exit(main(sys.argv[1:]))
"""
    words = ["catalogue", str(logs), "-o", str(tmp_path / "made"), "--cluster", "tcp://127.0.0.1:9"]
    command = [sys.executable, "-c", program, *words]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert "tcp://127.0.0.1:9: no Dask scheduler answers there" in line
    assert not (tmp_path / "made").exists()


def test_a_worker_process_that_dies_is_told(logs: Path) -> None:
    program = """
import sys
from replay_gui.core.catalogue.indexing import SourceTask, batches_of
from replay_gui.core.errors import CatalogueRefused
from replay_gui.engine.jobs import catalogue_workers
from tests.helpers.evaluations.local_cluster import die
catalogue_workers.index_batch = die
try:
    batches = batches_of([SourceTask(source=path) for path in sys.argv[1:]])
    list(catalogue_workers.index_here(batches, 2, lambda *progress: None))
except CatalogueRefused as why:
    print(why)
"""
    command = [sys.executable, "-c", program, *map(str, sorted(logs.iterdir()))]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=TIMEOUT, check=True)
    assert done.stdout.startswith("a worker process died")
