"""What is patched in each library, so that its calls are recorded and answered."""
