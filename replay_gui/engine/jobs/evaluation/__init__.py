"""Jobs about many runs: reading them, and summing up what each one did."""
