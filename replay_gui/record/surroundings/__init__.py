"""What a run takes from its surroundings without a call: the clock, uuids, files, programs. Recorded by option."""
