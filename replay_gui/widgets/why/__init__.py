"""Why two runs differ: the reasons, the actions of each run, the steps before them, the outcomes."""
