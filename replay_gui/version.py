"""The program's version, which reports carry; pyproject.toml says the same."""

VERSION = "0.1.0"
