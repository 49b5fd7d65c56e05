"""The effects of a run's calls: whether each read, checked, changed or submitted something, and the evidence for it."""
