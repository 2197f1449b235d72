"""Refusals of the database as its client library raises them."""

from pynamodb.exceptions import CancellationReason, TransactWriteError, VerboseClientError


def cancelled(*codes: str) -> TransactWriteError:
    """A cancelled transaction, with the reason for each of its actions; "None" for one that was not at fault."""
    reasons = [CancellationReason(code) if code != "None" else None for code in codes]
    error = {"Error": {"Code": "TransactionCanceledException", "Message": ""}}
    return TransactWriteError("failed", VerboseClientError(error, "TransactWriteItems", cancellation_reasons=reasons))
