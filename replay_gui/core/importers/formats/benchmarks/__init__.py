"""Formats of benchmarks: what an agent did for a task, and its result."""
