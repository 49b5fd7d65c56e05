"""The reasons of each sort: in what was changed, handed in, told, read, and in how the runs ended."""
