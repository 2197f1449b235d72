"""What keeps a command of deployment from its work."""


class RefusedError(Exception):
    """It was not begun, or could not go on; the message says why, and what to do."""
