"""One call of an agent: what it asks, what it is answered, in plain values without secrets."""
