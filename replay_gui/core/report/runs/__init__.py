"""The part of a report about many runs: its data, how it is made from a contrast, and its sections."""
