"""The part of a report about many runs: its data, how it is made of a contrast, and its sections."""
