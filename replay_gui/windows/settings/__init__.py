"""The settings of the program, and its description."""
