"""The variables of the environment by which worker processes use the language of the process that starts them."""

from __future__ import annotations

LANGUAGE = "REPLAY_GUI_LANGUAGE"
NUMBER_SIGNS = "REPLAY_GUI_NUMBER_SIGNS"
DATE_FORM = "REPLAY_GUI_DATE_FORM"
VARIABLES = (LANGUAGE, NUMBER_SIGNS, DATE_FORM)
"""An agent is started without them: it has the environment of its recording, and what it records is in English."""
