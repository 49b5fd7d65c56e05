"""OpenTelemetry: spans and log records in all wrappers, and their meaning in all conventions."""
