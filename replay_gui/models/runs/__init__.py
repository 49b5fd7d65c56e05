"""Many runs of an evaluation: their tasks, what separates those that passed, and their picture."""
