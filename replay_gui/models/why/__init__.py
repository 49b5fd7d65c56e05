"""Why two runs came out differently, for the window: the reasons, what each run did, and the steps that led there."""
