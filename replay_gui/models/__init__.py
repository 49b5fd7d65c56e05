"""The session and the Qt models; no widgets."""
