"""Days as the user's language writes them; in English as ISO 8601 has them, as 3/4/2025 is two days.

The window takes the form from `QLocale`. It is kept in the environment, so worker processes use the same.
"""

from __future__ import annotations

import os
import re
from datetime import datetime

from replay_gui.core.translation.english import is_in_english
from replay_gui.core.translation.environment import DATE_FORM

_ISO = "%Y-%m-%d"
_FORM = re.compile(r"(?:%[dmY][^\w%]{0,2}){3}")


def use_date_form(form: str) -> None:
    """Use another form, in this process and in those that it starts from now on.

    Args:
        form: for `strftime`, of %d, %m and %Y, each once and with signs after it, such as ``%d.%m.%Y``; any other gives
            ISO 8601.
    """
    global _form
    is_known = _FORM.fullmatch(form) is not None and all(part in form for part in ("%d", "%m", "%Y"))
    _form = os.environ[DATE_FORM] = form if is_known else _ISO


def date_text(moment: datetime) -> str:
    """Return ``2025-10-24``, or ``24.10.2025``."""
    return moment.strftime(_ISO if is_in_english() else _form)


_form = _ISO
if os.environ.get(DATE_FORM, _ISO) != _ISO:
    use_date_form(os.environ[DATE_FORM])  # of the process that started this one
