"""Why two runs came out differently: the reasons, what each run did, the steps that led there, and the outcomes."""
