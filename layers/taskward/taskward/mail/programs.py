"""What a program that calls itself something is called in a letter."""

from typing import Final

UNKNOWN: Final = "an unknown program"

# The more special come first: most browsers say that they are several.
_BROWSERS: Final = (
    ("Edg/", "Edge"),
    ("EdgA/", "Edge"),
    ("EdgiOS/", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS: Final = (
    ("Android", "Android"),
    ("iPhone", "an iPhone"),
    ("iPad", "an iPad"),
    ("CrOS", "ChromeOS"),
    ("Windows", "Windows"),
    ("Macintosh", "macOS"),
    ("Linux", "Linux"),
)


def described(user_agent: str) -> str:
    """A browser and the system that it runs on, such as "Firefox on Linux", in words of ours alone.

    A program chooses freely what it says of itself, so it may be wrong, and is never quoted.
    """
    browser = next((name for mark, name in _BROWSERS if mark in user_agent), None)
    if browser is None or not user_agent.startswith("Mozilla/"):
        return UNKNOWN
    system = next((name for mark, name in _SYSTEMS if mark in user_agent), None)
    return f"{browser} on {system}" if system else browser
