"""The log format: events, records, hashes; reading a log. Knows nothing of states."""
