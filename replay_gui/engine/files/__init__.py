"""Files of the user: rules and who may give them, mappings, texts; the caches."""
