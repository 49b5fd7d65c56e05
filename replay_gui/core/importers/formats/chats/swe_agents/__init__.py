"""SWE-agent and mini-swe-agent: their trajectories."""
