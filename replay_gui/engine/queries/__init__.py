"""The controllers of questions about runs: search, history of a value, sources, totals, reports, evaluation."""
