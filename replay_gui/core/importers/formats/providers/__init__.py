"""Responses of the APIs of models: alone, of a batch, or as a stream."""
