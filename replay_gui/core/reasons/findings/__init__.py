"""The reasons of each sort: changes, submissions, messages, reads, and the ends of the runs."""
