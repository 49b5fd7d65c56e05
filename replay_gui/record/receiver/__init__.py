"""Receiving the traces of instrumented agents in any language (OpenTelemetry), as they run."""
