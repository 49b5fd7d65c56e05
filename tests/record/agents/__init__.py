"""Eight small agents, whose code is changed in twelve ways each: see tests/record/test_changes.py."""
