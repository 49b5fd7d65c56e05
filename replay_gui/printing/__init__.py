"""Reports as pages: what is drawn is the same document that the other forms are written from."""
