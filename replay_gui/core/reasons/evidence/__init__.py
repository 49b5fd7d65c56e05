"""The evidence for reasons: the calls, words, values and files of a run, and the origins of values."""
