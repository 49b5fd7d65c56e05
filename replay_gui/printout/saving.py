"""A report as a file, in the format of its suffix. Only a PDF and a PNG import Qt."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from replay_gui.core.atomic_file import check_target, mode_of_inputs, write_whole
from replay_gui.core.errors import NotWritten
from replay_gui.core.importers.run_choice import input_files
from replay_gui.core.report.model import Report
from replay_gui.core.translation.messages import tr

PDF = ".pdf"
PNG = ".png"  # for reports on many runs only
SUFFIXES = (PDF, ".html", ".md", ".json", ".xml", ".sarif")


def check_suffix(path: Path, *, of_many_runs: bool = False) -> None:
    """Raise NotWritten if the name has no known suffix or may not be written; before the report is made."""
    suffixes = (*SUFFIXES, PNG) if of_many_runs else SUFFIXES
    if path.suffix.lower() not in suffixes:
        endings = ", ".join(suffixes)
        raise NotWritten(tr("{file}: not a report format; the name must end in {endings}", file=path, endings=endings))
    check_target(path)


def save_report(report: Report, path: Path, inputs: Iterable[str] = ()) -> None:
    """Write the file completely or not at all; raise NotWritten, with the reason, if that fails.

    `inputs`: of the report: FILE, FILE#RUN, or a folder, which is ignored. They are never replaced, and the report is
    readable only for users who may read them.
    """
    check_suffix(path, of_many_runs=report.contrast is not None)
    write_report_file(path, report_bytes(report, path.suffix.lower()), inputs)


def write_report_file(path: Path, data: bytes, inputs: Iterable[str] = ()) -> None:
    """Write a report that is made already; raise NotWritten if its path is not possible or writing fails."""
    check_suffix(path, of_many_runs=True)
    files = input_files(inputs)
    write_whole(path, data, inputs=files, new_mode=mode_of_inputs(files))


def report_bytes(report: Report, suffix: str) -> bytes:
    """Return the whole file in the format of the suffix. A PDF and a PNG start Qt if it is not running."""
    if suffix == PDF:
        from replay_gui.printout.pdf import pdf_report  # and with it Qt

        return pdf_report(report)
    if suffix == PNG:
        from replay_gui.printout.png import png_report

        return png_report(report)
    from replay_gui.core.report.forms import FORMS  # few commands write a report

    return FORMS[suffix](report)
