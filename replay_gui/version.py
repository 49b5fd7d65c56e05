"""The version of the program, which reports carry; pyproject.toml has the same one."""

VERSION = "0.1.0"
