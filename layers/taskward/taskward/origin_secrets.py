"""The secret that a proxy in front of the gateway shows, to be believed about who is behind it."""

import hashlib


def digest(secret: str) -> str:
    """What the service keeps of an origin secret: enough to recognise it, not enough to use it."""
    return hashlib.sha256(secret.encode(errors="surrogatepass")).hexdigest()
