"""Why two runs came out differently, for the window: the reasons, the actions of each run, the steps before them."""
