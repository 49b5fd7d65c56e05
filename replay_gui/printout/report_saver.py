"""Writes a report to a file while the window stays responsive: formatting and flushing to disk run on a thread.

Pages that are laid out already are painted into the PDF on the GUI thread, a few at a time, because the layouts of
their text must not be used on two threads.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import ParamSpec

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from replay_gui.core.errors import ReplayError
from replay_gui.core.report.model import Report
from replay_gui.printout.pages import Pages
from replay_gui.printout.pdf import PdfPainting
from replay_gui.printout.saving import PDF, save_report, write_report_file

_PAINTING_SLICE = 0.006  # seconds of painting between two runs of the event loop
_POLL_INTERVAL = 15  # ms
_P = ParamSpec("_P")


class ReportSaver(QObject):
    """Saves one file at a time. A requested file is completed even if the saver is deleted.

    Signals:
        saved(str): the path; the file is complete. failed(str): why there is none; an existing file is unchanged.
    """

    saved = Signal(str)
    failed = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._report: Report | None = None
        self._path = Path()
        self._inputs: tuple[str, ...] = ()
        self._painting: PdfPainting | None = None
        self._painting_steps: Iterator[None] = iter(())
        self._written: Future[None] | None = None
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._on_timeout)

    @property
    def busy(self) -> bool:
        """Whether a file is being written; `save` must not be called then."""
        return self._timer.isActive()

    def save(self, report: Report, path: Path, pages: Pages | None = None, inputs: tuple[str, ...] = ()) -> None:
        """Begin to write the report in the format of the suffix.

        Args:
            pages: of this report, completely laid out on this thread, for a PDF. None: the PDF is laid out on the
                saver's thread.
            inputs: the files that the report is about.
        """
        assert not self.busy
        self._report, self._path, self._inputs = report, path, inputs
        if pages is not None and path.suffix.lower() == PDF:
            self._painting = PdfPainting(pages)
            self._painting_steps = self._painting.steps()
            self._timer.start(0)
        else:
            self._begin_write(save_report, report, path, inputs)

    def stop(self) -> None:
        """Emit no more signals; the file is completed without this thread: its pages are laid out again."""
        if self._painting is not None:
            assert self._report is not None
            self._begin_write(save_report, self._report, self._path, self._inputs)
        self._set_idle()

    def _set_idle(self) -> None:
        self._timer.stop()
        self._report, self._painting, self._painting_steps, self._written = None, None, iter(()), None

    @Slot()
    def _on_timeout(self) -> None:
        try:
            done = self._paint_slice() if self._painting is not None else self._is_written()
        except ReplayError as error:
            self._set_idle()
            self.failed.emit(str(error))
        except BaseException:
            self._set_idle()
            self.failed.emit(f"{self._path}: not written: a fault of this program")
            raise  # the crash dialog shows it
        else:
            if done:
                self._set_idle()
                self.saved.emit(str(self._path))

    def _paint_slice(self) -> bool:
        """Paint some pages; after the last one, begin to write the file."""
        assert self._painting is not None
        end = time.perf_counter() + _PAINTING_SLICE
        while time.perf_counter() < end:
            if next(self._painting_steps, self) is self:
                data, self._painting = self._painting.data, None
                self._begin_write(write_report_file, self._path, data, self._inputs)
                break
        return False

    def _begin_write(self, write: Callable[_P, None], *args: _P.args, **kwargs: _P.kwargs) -> None:
        """Call `write` on a thread that ends after it; the timer checks for its end."""
        executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="report-saver")
        self._written = executor.submit(write, *args, **kwargs)
        executor.shutdown(wait=False)
        self._timer.start(_POLL_INTERVAL)

    def _is_written(self) -> bool:
        """Return whether the file is complete; raise the error that prevented it."""
        assert self._written is not None
        if self._written.done():
            self._written.result()
            return True
        return False
