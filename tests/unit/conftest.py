"""What tests of the translated template are about."""

import pytest

from tests.support.translated import SETS, Translated, translated


@pytest.fixture(params=SETS)
def stack(request: pytest.FixtureRequest) -> Translated:
    """The stack as it is made with each set of parameters."""
    return translated(request.param)


@pytest.fixture
def whole() -> Translated:
    """The stack with all that is optional."""
    return translated("everything")


@pytest.fixture
def every() -> list[Translated]:
    """The stacks of all sets of parameters."""
    return [translated(name) for name in SETS]
