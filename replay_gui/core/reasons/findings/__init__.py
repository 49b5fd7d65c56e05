"""The reasons of each kind: changes, submissions, messages, reads, and the ends of the runs."""
