"""The index: columns over the events of a log."""
