"""Langfuse: traces, observations and scores as its API and its exports give them."""
