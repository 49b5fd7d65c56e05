"""The divergences that are causes, what follows from each, and their explanation in English."""
