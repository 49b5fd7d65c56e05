"""The main window, its actions and pages."""
