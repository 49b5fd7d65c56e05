"""What reasons are found in: the calls, words, values and files of a run, and where a value comes from."""
