"""Labels and buttons that show plain text in the space they have."""
