"""Indexes the sources of a catalogue in processes on this computer."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool

from replay_gui.core.catalogue.indexing import IndexedBatch, SourceBatch, index_batch
from replay_gui.core.errors import CatalogueRefused

OnProgress = Callable[[int, int], None]
"""Called with how many batches of how many are done."""


def index_here(batches: Sequence[SourceBatch], workers: int, on_progress: OnProgress) -> Iterator[IndexedBatch]:
    """Yield the result of each batch, in any order.

    Args:
        workers: processes; with 1, this process does the work.

    CatalogueRefused if a worker dies, for example because the system ran out of memory.
    """
    if workers <= 1 or len(batches) <= 1:
        for done, batch in enumerate(batches):
            on_progress(done, len(batches))
            yield index_batch(batch)
        return
    # A fresh interpreter for each worker: a copy of this process would have its locks and open files.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(min(workers, len(batches)), context) as pool:
        waiting = [pool.submit(index_batch, batch) for batch in batches]
        try:
            for done, future in enumerate(as_completed(waiting)):
                on_progress(done, len(batches))
                yield future.result()
        except BrokenProcessPool:
            raise CatalogueRefused(
                "a worker process died, perhaps because memory ran out; no file was written; try --workers 1"
            ) from None
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
