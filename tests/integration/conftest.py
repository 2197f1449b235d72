"""What all tests with sample events share."""

import pytest


@pytest.fixture(autouse=True)
def _weak_hashes(weak_hashes: None) -> None:
    """Nearly every test here signs somebody up, and none looks at how strong a hash is."""
