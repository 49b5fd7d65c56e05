"""Kimi: sessions of its programs, and what they say to their clients."""
