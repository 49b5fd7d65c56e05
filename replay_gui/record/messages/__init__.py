"""Requests to models and their answers: messages stored once, streams assembled."""
