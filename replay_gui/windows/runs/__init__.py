"""The page of many runs, its tool bar, and the opening of its runs."""
