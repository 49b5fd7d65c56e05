"""The patches of each library, by which its calls are recorded and answered."""
