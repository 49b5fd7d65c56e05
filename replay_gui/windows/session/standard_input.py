"""Standard input in the window, from its first line on."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Slot

from replay_gui.core.log.positions import Position
from replay_gui.core.translation.messages import tr, translatable
from replay_gui.engine.answers import Alert
from replay_gui.engine.files.stream_spool import StreamSpool
from replay_gui.models.session import Session

_CHECK_INTERVAL_MS = 100
_RECOGNISABLE_BYTES = 1 << 16  # bytes in which a log without lines can be recognised
_ENDED = translatable("Standard input has ended. Whether the run has ended too is only known from its events.")


class StandardInput(QObject):
    """Opens standard input as soon as it can be read as a run, and reports its end.

    Later data is shown as for any growing file.
    """

    def __init__(
        self, session: Session, spool: StreamSpool, position: Position, format: str | None, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._session, self._spool, self._position, self._format = session, spool, position, format
        self._tried = 0  # number of bytes at the last attempt to open them
        self._timer = QTimer(self, interval=_CHECK_INTERVAL_MS)
        self._timer.timeout.connect(self._on_look)
        self._timer.start()

    @Slot()
    def _on_look(self) -> None:
        spool, session = self._spool, self._session
        ended, written = spool.ended, spool.written
        is_open = session.facts is not None and session.facts.path == str(spool.path)
        is_worth_trying = spool.has_line or written >= _RECOGNISABLE_BYTES or ended
        if not is_open and is_worth_trying and (written >= 2 * self._tried + 1 or (ended and written > self._tried)):
            self._tried = written
            session.open(str(spool.path), self._position, self._format)
        if ended and (is_open or not written):
            self._timer.stop()
            words = f"{spool.problem[0].upper()}{spool.problem[1:]}." if spool.problem else tr(_ENDED)
            if not written and not spool.problem:
                words = tr("Standard input was empty.")
            session.alert_raised.emit(Alert("warning" if spool.problem else "info", words))
