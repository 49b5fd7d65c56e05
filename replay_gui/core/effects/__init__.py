"""What the calls of a run did: whether each read, checked, changed or handed in something, and why that is believed."""
