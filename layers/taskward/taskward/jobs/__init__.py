"""Work that takes longer than a request: the queue it waits in, what its owner sees of it, and its results."""
