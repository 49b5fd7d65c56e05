"""The core: format, replay, verification. No Qt, no threads, no processes."""
