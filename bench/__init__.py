"""Measurements, each one command. They run in the environment of the tests, with their stand-ins for AWS."""

# Before anything of the package is imported: tables are named there.
import tests.conftest  # noqa: F401
