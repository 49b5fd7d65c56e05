"""The files of a catalogue, and its manifest, which is written last and has the digests of all of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq
from blake3 import blake3

from replay_gui.core.atomic_file import PRIVATE, make_folder, write_whole, writing_whole
from replay_gui.core.catalogue.extras import MANIFEST, is_catalogue
from replay_gui.core.catalogue.indexing import ROWS_VERSION
from replay_gui.core.catalogue.kept_logs import KeptLog, write_logs
from replay_gui.core.contrast.call_rules import NO_RULES_USED, UsedRules
from replay_gui.core.errors import CatalogueRefused, LogUnreadable
from replay_gui.core.log.source import Source, read_beginning
from replay_gui.core.memory_limit import memory_limit
from replay_gui.core.text.plain_text import one_line
from replay_gui.core.translation.messages import tr
from replay_gui.version import VERSION

FILES = ("runs", "steps", "features", "feature_names", "equal_changes")
LOGS, EVIDENCE = "logs", "evidence"  # read when the catalogue is written again; else one log at a time
_SUFFIX = ".parquet"
_ROW_GROUP = {"steps": 20_000, "features": 1 << 20}  # rows; smaller groups are read faster, larger need less space
_DEFAULT_ROWS_PER_GROUP = 1 << 16
_MAX_MANIFEST_BYTES = 1 << 30
_MIN_MEMORY, _MEMORY_PER_BYTE = 2 << 30, 64  # bytes that reading may take: in all, and for each byte of the tables


class CataloguedSource(msgspec.Struct, frozen=True, kw_only=True):
    """The data of a source: its fingerprint, the number of its first run, its number of runs, and any problem."""

    source: str
    fingerprint: str
    first_run: int = msgspec.field(name="first")
    runs: int
    problem: str = ""


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """The contents of a catalogue.

    Attributes:
        files: BLAKE3 of each, hex. program: the version that wrote it. digest: BLAKE3 of all other members, hex.
        rules: those under which the calls were read.
    """

    catalogue: int
    program: str
    files: dict[str, str]
    sources: tuple[CataloguedSource, ...]
    rules: UsedRules = UsedRules()
    digest: str = ""

    def with_digest(self) -> Manifest:
        """Return the manifest with its correct digest."""
        bare = msgspec.structs.replace(self, digest="")
        return msgspec.structs.replace(bare, digest=blake3(msgspec.json.encode(bare)).hexdigest())


def table_path(folder: Path, name: str) -> Path:
    """Return the path of a table of a catalogue."""
    return folder / f"{name}{_SUFFIX}"


def write_tables(
    folder: Path,
    tables: dict[str, pa.Table],
    sources: tuple[CataloguedSource, ...],
    logs: Iterable[KeptLog] = (),
    *,
    new_mode: int = PRIVATE,
    rules: UsedRules = NO_RULES_USED,
) -> None:
    """Write all files; equal tables give equal bytes. Raises NotWritten.

    `logs`: what is kept of the runs, in order. `new_mode`: permissions of files that did not exist before, see
    writing_whole. `rules`: see Manifest.

    An incomplete catalogue has a manifest that does not match its files, and is not read.
    """
    make_folder(folder)
    digests: dict[str, str] = {}
    with ExitStack() as unfinished:  # what a new catalogue that fails has written would later be taken for the user's

        def note(name: str) -> None:
            path = table_path(folder, name)
            if is_new:
                unfinished.callback(path.unlink)
            with Source(path) as written:
                digests[name] = written.blake3()

        is_new = not is_catalogue(folder)
        with writing_whole(table_path(folder, LOGS), new_mode=new_mode) as file:
            write_logs(file, logs)
        note(LOGS)
        for name in (*FILES, EVIDENCE):
            sink = pa.BufferOutputStream()
            pq.write_table(
                tables[name],
                sink,
                compression="zstd",
                row_group_size=_ROW_GROUP.get(name, _DEFAULT_ROWS_PER_GROUP),
                store_schema=False,
            )
            write_whole(table_path(folder, name), sink.getvalue(), new_mode=new_mode)
            note(name)
        manifest = Manifest(catalogue=ROWS_VERSION, program=VERSION, files=digests, sources=sources, rules=rules)
        data = msgspec.json.format(msgspec.json.encode(manifest.with_digest()), indent=1)
        write_whole(folder / MANIFEST, data, new_mode=new_mode)
        unfinished.pop_all()


def read_manifest(folder: Path, files: tuple[str, ...] = FILES) -> Manifest:
    """Return the manifest, after checking that it matches these files; raise CatalogueRefused, with the reason, if not.

    The logs are large; each is checked when it is read, by its digest in the table of runs.
    """
    path = folder / MANIFEST
    try:
        manifest = msgspec.json.decode(read_beginning(path, _MAX_MANIFEST_BYTES), type=Manifest)
    except LogUnreadable as why:
        raise CatalogueRefused(tr("{folder}: is not a catalogue: {reason}", folder=folder, reason=why)) from None
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise CatalogueRefused(tr("{path}: is damaged; write the catalogue again", path=path)) from None
    if manifest.catalogue != ROWS_VERSION:
        raise CatalogueRefused(
            tr("{folder}: was written by another version of this program; write it again", folder=folder)
        )
    if manifest.digest != manifest.with_digest().digest:
        raise CatalogueRefused(tr("{path}: was changed since it was written; write it again", path=path))
    for name in files:
        try:
            with Source(table_path(folder, name)) as file:
                good = file.blake3() == manifest.files.get(name)
        except LogUnreadable as why:
            raise CatalogueRefused(tr("{folder}: is incomplete: {reason}", folder=folder, reason=why)) from None
        if not good:
            raise CatalogueRefused(
                tr(
                    "{path}: was changed since it was written; write it again",
                    path=table_path(folder, name),
                )
            )
    return manifest


@contextmanager
def reading_tables(folder: Path) -> Iterator[None]:
    """Raise CatalogueRefused if tables cannot be read, have other columns, or need too much memory for their size.

    Whoever can write the tables can also forge their digests; a table of a megabyte can hold a billion rows.
    """
    try:
        size = sum(table_path(folder, name).stat().st_size for name in FILES)
        with memory_limit(_MIN_MEMORY + _MEMORY_PER_BYTE * size):
            yield
    except MemoryError:
        reason = tr("they need too much memory for their size")
    except (pa.ArrowException, OSError, ValueError, TypeError, LookupError, OverflowError, AttributeError) as why:
        reason = one_line(str(why), 200)
    else:
        return
    raise CatalogueRefused(
        tr("{folder}: its tables cannot be read: {reason}; write the catalogue again", folder=folder, reason=reason)
    )
