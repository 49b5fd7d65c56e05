"""Formats of coding agents and chat programs."""
