"""Logs and transcripts of coding agents with messages or calls in pieces, or with results without a call id."""
