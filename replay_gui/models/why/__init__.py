"""Why two runs differ, for the window: the reasons, the actions of each run, the steps before them."""
