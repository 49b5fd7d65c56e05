"""Find what separates the runs that passed from those that failed."""
