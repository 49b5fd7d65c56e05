"""Marks of remarkable events in a single run, without a verdict."""
