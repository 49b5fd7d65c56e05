"""What is remarkable in one run alone: marks, never a verdict."""
