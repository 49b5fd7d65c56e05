"""The settings of the program, and what it is."""
