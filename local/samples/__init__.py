"""The sample events, filled with what is real in the running service, and `sam local` with it behind."""
