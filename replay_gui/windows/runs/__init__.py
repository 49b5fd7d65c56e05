"""The page of many runs: the page itself, its tool bar, and how it opens runs."""
