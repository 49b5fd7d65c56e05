"""Receives the traces of instrumented agents in any language (OpenTelemetry), while they run."""
