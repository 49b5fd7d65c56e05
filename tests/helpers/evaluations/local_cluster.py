"""A Dask cluster of processes and an S3 server on loopback, for tests: run as a program, it ends with its input.

It prints one JSON object: {address, endpoint}. With `--kill`, a worker is killed (SIGKILL) as soon as the first task is
done, once. With `--s3 FOLDER`, the files of the folder are in the bucket "runs" of the S3 server.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

KEYS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_DEFAULT_REGION": "us-east-1"}
BUCKET = "runs"


def die(task: object) -> None:
    """End this process as the system does if memory is short."""
    os.kill(os.getpid(), signal.SIGKILL)


def serve_s3(folder: str) -> str:
    """Start the server, put the files of the folder into the bucket, and return the endpoint."""
    import s3fs  # type: ignore[import-untyped]
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    endpoint = f"http://{host}:{port}"
    os.environ.update(KEYS, AWS_ENDPOINT_URL=endpoint, NO_PROXY="127.0.0.1", no_proxy="127.0.0.1")
    files = s3fs.S3FileSystem()
    files.mkdir(BUCKET)
    for path in sorted(Path(folder).iterdir()):
        files.pipe(f"{BUCKET}/{path.name}", path.read_bytes())
    return endpoint


def killer(cluster: Any) -> Any:
    """A plugin of the scheduler that kills one worker when the first task is done."""
    from distributed.diagnostics.plugin import SchedulerPlugin

    class Killer(SchedulerPlugin):  # type: ignore[misc]
        name = "killer"
        killed = False

        def transition(self, key: Any, start: str, finish: str, *args: Any, **kwargs: Any) -> None:
            if finish == "memory" and not self.killed:
                self.killed = True
                worker = next(iter(cluster.workers.values()))
                os.kill(worker.process.pid, signal.SIGKILL)
                print("killed", file=sys.stderr, flush=True)

    return Killer()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--kill", action="store_true")
    parser.add_argument("--s3")
    args = parser.parse_args()
    endpoint = serve_s3(args.s3) if args.s3 else None
    import dask
    from distributed import LocalCluster

    dask.config.set({"distributed.worker.multiprocessing-method": "forkserver"})  # imports once for all
    with LocalCluster(
        n_workers=args.workers, threads_per_worker=1, processes=True, dashboard_address=None, host="127.0.0.1"
    ) as cluster:
        if args.kill:
            cluster.scheduler.add_plugin(killer(cluster))
        print(json.dumps({"address": cluster.scheduler_address, "endpoint": endpoint}), flush=True)
        sys.stdin.read()
    if endpoint is not None:
        os._exit(0)  # the server's threads end with the process


if __name__ == "__main__":
    main()
