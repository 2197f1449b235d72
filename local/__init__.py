"""What `make run` starts: an embedded AWS, the real template deployed into it, and a front door. None of it ships."""
