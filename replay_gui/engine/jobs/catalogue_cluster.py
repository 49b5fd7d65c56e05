"""Indexes the sources of a catalogue on a Dask cluster."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from distributed import Client, as_completed
from distributed.scheduler import KilledWorker

from replay_gui.core.catalogue.indexing import IndexedBatch, SourceBatch, index_batch
from replay_gui.core.errors import CatalogueRefused
from replay_gui.engine.jobs.catalogue_workers import OnProgress

_CONNECT_TIMEOUT_S = 10


def index_on_cluster(batches: Sequence[SourceBatch], address: str, on_progress: OnProgress) -> Iterator[IndexedBatch]:
    """Yield the result of each batch, in any order.

    A batch whose worker dies is read by another one; a batch that kills several workers is reported.

    Args:
        address: of the scheduler, such as ``tcp://127.0.0.1:8786``. Its workers must have this program, and must be
            able to read the sources.

    CatalogueRefused if the scheduler cannot be reached, or a batch kills its workers.
    """
    try:
        client = Client(address, timeout=_CONNECT_TIMEOUT_S, set_as_default=False)
    except (OSError, TimeoutError, ValueError) as why:
        reason = " ".join(str(why).split())
        raise CatalogueRefused(f"{address}: no Dask scheduler answers there: {reason}") from None
    with client:
        futures = client.map(index_batch, list(batches), pure=False, retries=0)
        first_of = {future.key: batch.tasks[0].source for future, batch in zip(futures, batches, strict=True)}
        completed = as_completed(futures, loop=client.loop, with_results=True, raise_errors=False)
        for done, (future, result) in enumerate(completed):
            on_progress(done, len(batches))
            if future.status != "finished":
                failure = _failure(future.exception())
                raise CatalogueRefused(f"{first_of[future.key]}, or a source after it: {failure}; nothing was written")
            yield result
            future.release()


def _failure(why: BaseException | None) -> str:
    if isinstance(why, KilledWorker):
        return "several workers died while they read these"
    return f"a worker failed ({type(why).__name__}: {' '.join(str(why).split())})"
