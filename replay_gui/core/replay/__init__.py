"""Replay and snapshots."""
