"""The surroundings of a run that it uses without calls: the clock, uuids, files, programs. Recorded by option."""
