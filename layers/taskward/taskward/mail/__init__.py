"""Outgoing mail: what it says, the queue it waits in, and the service that sends it."""
