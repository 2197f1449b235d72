"""What somebody keeps: tasks, and the lists of them."""
