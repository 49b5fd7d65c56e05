"""The state of a run, its reducer and its hash."""
