"""LangGraph: databases of checkpoints, states and streams."""
