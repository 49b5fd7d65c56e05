"""Reports as printed pages, drawn from the same document as the other formats."""
