"""Logs and transcripts of coding agents that tell a message or a call in pieces, or without names."""
