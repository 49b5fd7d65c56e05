"""The log format: events, records, hashes; reading a log. Independent of states."""
