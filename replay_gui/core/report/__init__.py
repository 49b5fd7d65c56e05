"""Reports on a verification or a comparison: their content, and their formats."""
