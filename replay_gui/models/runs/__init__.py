"""Many runs of an evaluation: their tasks, the differences between passed and failed runs, and their picture."""
