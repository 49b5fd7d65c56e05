"""Writes a report to a file while the window stays responsive: formatting and flushing to disk run on a thread.

Pages that are laid out already are painted into the PDF on the GUI thread, a few at a time, because the layouts of
their text must not be used on two threads.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import ParamSpec, assert_never

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from replay_gui.core.errors import ReplayError
from replay_gui.core.report.model import Report
from replay_gui.core.translation.messages import tr
from replay_gui.printout.pages import Pages
from replay_gui.printout.pdf import PdfPainting
from replay_gui.printout.saving import PDF, save_report, write_report_file

_PAINTING_SLICE_S = 0.006  # seconds of painting between two runs of the event loop
_POLL_INTERVAL_MS = 15  # ms
_P = ParamSpec("_P")


@dataclass(frozen=True, slots=True)
class _Idle:
    """No file is being written."""


@dataclass(frozen=True, slots=True)
class _Painting:
    """Pages are painted, a few at a time; then the file is written. `steps`: the rest of the painting."""

    report: Report
    path: Path
    inputs: tuple[str, ...]
    painting: PdfPainting
    steps: Iterator[None]


@dataclass(frozen=True, slots=True)
class _Writing:
    """A thread writes the file."""

    path: Path
    written: Future[None]


class ReportSaver(QObject):
    """Saves one file at a time. A requested file is completed even if the saver is deleted.

    Signals:
        saved(str): the path; the file is complete. failed(str): why there is none; an existing file is unchanged.
    """

    saved = Signal(str)
    failed = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._work: _Idle | _Painting | _Writing = _Idle()
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._on_timeout)

    @property
    def busy(self) -> bool:
        """Whether a file is being written; `save` must not be called then."""
        return not isinstance(self._work, _Idle)

    def save(self, report: Report, path: Path, pages: Pages | None = None, inputs: tuple[str, ...] = ()) -> None:
        """Begin to write the report in the format of the suffix.

        Args:
            pages: of this report, completely laid out on this thread, for a PDF. None: the PDF is laid out on the
                saver's thread.
            inputs: the files that the report is about.
        """
        assert not self.busy
        if pages is not None and path.suffix.lower() == PDF:
            painting = PdfPainting(pages)
            self._work = _Painting(report, path, inputs, painting, painting.steps())
            self._timer.start(0)
        else:
            self._write(path, _on_thread(save_report, report, path, inputs))

    def stop(self) -> None:
        """Emit no more signals; the file is completed without this thread: its pages are laid out again."""
        if isinstance(self._work, _Painting):
            _on_thread(save_report, self._work.report, self._work.path, self._work.inputs)
        self._set_idle()

    def _set_idle(self) -> None:
        self._timer.stop()
        self._work = _Idle()

    @Slot()
    def _on_timeout(self) -> None:
        work = self._work
        if isinstance(work, _Idle):
            return
        try:
            done = self._continue(work)
        except ReplayError as error:
            self._set_idle()
            self.failed.emit(str(error))
        except BaseException:
            self._set_idle()
            self.failed.emit(tr("{file}: not written: a fault of this program", file=work.path))
            raise  # the crash dialog shows it
        else:
            if done:
                self._set_idle()
                self.saved.emit(str(work.path))

    def _continue(self, work: _Painting | _Writing) -> bool:
        """Paint some pages, and after the last one begin to write; return whether the file is complete."""
        match work:
            case _Painting(path=path):
                end = time.perf_counter() + _PAINTING_SLICE_S
                while time.perf_counter() < end:
                    if next(work.steps, self) is self:
                        self._write(path, _on_thread(write_report_file, path, work.painting.data, work.inputs))
                        break
                return False
            case _Writing(written=written):
                if written.done():
                    written.result()  # or raise the error that prevented it
                return written.done()
            case _:
                assert_never(work)

    def _write(self, path: Path, written: Future[None]) -> None:
        """Check for the end of the writing from now on."""
        self._work = _Writing(path, written)
        self._timer.start(_POLL_INTERVAL_MS)


def _on_thread(write: Callable[_P, None], *args: _P.args, **kwargs: _P.kwargs) -> Future[None]:
    """Call `write` on a thread that ends after it."""
    executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="report-saver")
    written = executor.submit(write, *args, **kwargs)
    executor.shutdown(wait=False)
    return written
