"""Of many cases of one test, the one that failed says which it is."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def naming(said: Callable[[], str]) -> Iterator[None]:
    """Add to what is raised inside what the case is."""
    try:
        yield
    except BaseException as error:
        error.add_note(said())
        raise
