"""The controllers of questions about runs: search, history of a value, survey, totals, evaluation."""
