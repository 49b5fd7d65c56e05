"""Notes on events: the actions, the dialog of one note, and the list of all."""
