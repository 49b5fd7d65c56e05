"""One call of an agent: its request and its answer, in plain values without secrets."""
