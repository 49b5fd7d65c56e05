"""Why two runs came out differently: the reasons, the actions of each run, the steps before them, the outcomes."""
