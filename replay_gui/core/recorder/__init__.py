"""Recording a run into a log."""
