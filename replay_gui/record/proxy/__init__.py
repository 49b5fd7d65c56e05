"""A proxy on loopback, for agents in any language that honour a base URL."""
