"""What the worker does: the work that waits in the queue, each kind in a module of its own."""
