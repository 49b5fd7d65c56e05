"""Reports on a verification or a comparison: their content, and the formats in which they are written."""
