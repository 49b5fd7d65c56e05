"""Temporal: histories of workflows."""
