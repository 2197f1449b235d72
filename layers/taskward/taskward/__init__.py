"""Taskward: accounts, sessions and tasks that only their owner can see."""
