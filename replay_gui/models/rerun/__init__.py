"""Running a recorded run again from the window: the plan, the process, the result."""
