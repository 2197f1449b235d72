"""What DynamoDB charges for requests, however many tasks there are: as Amazon's DynamoDB Local tells."""

from tests.support import aws, identity_units, moto_account, task_units

Table = tuple[list[str], list[list[str]]]
"""Heads and rows."""


def measure() -> list[Table]:
    """Two tables: of tasks, and of signing in and being let in."""
    with aws.local_database() as endpoint, aws.in_memory(but_reach=endpoint):
        moto_account.create_secrets()
        moto_account.create_queue_and_bucket()
        aws.connect(endpoint)
        of_identity = identity_units.rows(identity_units.measured(endpoint))
        aws.create_tables(endpoint)
        of_tasks = task_units.rows(task_units.measured(endpoint))
    return [(head, others) for head, *others in (of_tasks, of_identity)]
