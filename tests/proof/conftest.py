"""What proofs share."""

from tests.support.environments import environments, processes  # noqa: F401
