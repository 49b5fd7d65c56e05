"""The actions and dialogs about single values of the state."""
