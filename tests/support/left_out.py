"""What is left out on purpose unless `--thorough` asks for it, so that tests take minutes: what seldom finds more."""

from tests.support import aws


def said(*, thorough: bool) -> str:
    """The same in words, for those who read what the tests print."""
    missing = aws.local_database_missing()
    found = [] if missing is None else [f"DynamoDB Local ({missing}), and all that needs it"]
    if not thorough:
        found.append(
            "most of tens of thousands of tasks; most cases of the proofs, of the sample events in a deployed stack "
            "and of the endpoint in CONTRIBUTING.md; the runbook and `make deploy`; the measurement beside FastAPI. "
            "`make test THOROUGH=1` leaves out none of these, nor does CI"
        )
    return "; ".join(found) or "nothing"
