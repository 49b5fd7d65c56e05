"""Coding agents and chat programs whose messages have a form of their own around the common one."""
