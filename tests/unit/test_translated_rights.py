"""Who may read and write which rows, keys and secrets, as it is deployed."""

from typing import Any

from tests.support.policies import Statement, of_roles
from tests.support.translated import OTHERS, Harm, Translated

WRITES = {f"dynamodb:{action}" for action in ("PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem")}

# Which rows of the Users table a function may write, by the beginning of their partition; None for all of them.
WRITERS_OF_USERS: dict[str, set[str] | None] = {
    "Register": {"USER#*", "EMAIL#*", "EVENTS#*", "ATTEMPT#*"},
    "Login": {"USER#*", "EVENTS#*", "ATTEMPT#*"},
    "Refresh": {"EVENTS#*", "ATTEMPT#NETWORK#*"},
    "Sessions": {"EVENTS#*"},
    "Account": {"USER#*", "EMAIL#*", "EVENTS#*", "ATTEMPT#*"},
    "Bulk": {"USER#*"},
    "Recovery": {"USER#*", "EMAIL#*", "EVENTS#*", "ATTEMPT#*"},
    "Factors": {"USER#*", "EVENTS#*", "ATTEMPT#*"},
    "Worker": None,
}


def _about(stack: Translated, *names: str) -> list[tuple[str, Statement]]:
    """The statements about any of these, each with the function that has it."""
    return [
        (statement.holder.removesuffix("FunctionRole"), statement)
        for statement in of_roles(stack)
        if any(name in resource for name in names for resource in statement.resources)
    ]


def _about_users(stack: Translated) -> list[tuple[str, Statement]]:
    return _about(stack, "UsersTable", OTHERS["UsersTableName"])


def _about_sessions(stack: Translated) -> list[tuple[str, Statement]]:
    return _about(stack, "SessionsTable", OTHERS["SessionsTableName"])


def _writers_of_users(stack: Translated) -> dict[str, set[str] | None]:
    found: dict[str, set[str] | None] = {}
    for name, statement in _about_users(stack):
        if not (statement.allows and WRITES & statement.actions):
            continue
        rows = statement.conditions.get("ForAllValues:StringLike", {}).get("dynamodb:LeadingKeys")
        known = found.get(name, set())
        found[name] = None if rows is None or known is None else known | set(rows)
    return found


def _writers_of_keys(stack: Translated) -> set[str]:
    """Who could write the published keys, which are rows of the Sessions table."""
    writers, kept_off = set(), set()
    for name, statement in _about_sessions(stack):
        if statement.allows and WRITES & statement.actions:
            writers.add(name)
        keys = statement.conditions.get("ForAnyValue:StringEquals", {})
        if not statement.allows and statement.actions >= WRITES and keys == {"dynamodb:LeadingKeys": ["KEYS"]}:
            kept_off.add(name)
    return writers - kept_off


def _readers(stack: Translated, secret: str) -> set[str]:
    return {name for name, statement in _about(stack, secret) if statement.allows}


def test_who_only_records_events_or_counts_attempts_cannot_write_accounts(stack: Translated) -> None:
    assert _writers_of_users(stack) == WRITERS_OF_USERS


def test_whoever_writes_sessions_is_kept_off_the_published_keys(stack: Translated) -> None:
    assert _writers_of_keys(stack) == {"RotateKeys"}


def test_the_authorizer_may_write_nothing_but_when_a_token_was_used(stack: Translated) -> None:
    writing = [
        statement
        for statement in of_roles(stack)
        if statement.holder == "AuthorizerFunctionRole" and statement.allows and WRITES & statement.actions
    ]
    (statement,) = writing
    assert (statement.actions, len(statement.resources)) == ({"dynamodb:UpdateItem"}, 1)
    # The key, what the condition looks at, and what is written.
    attributes = statement.conditions["ForAllValues:StringEquals"]["dynamodb:Attributes"]
    assert set(attributes) == {"user_id", "session_id", "digest", "last_used_at"}


def test_only_what_issues_tokens_or_rotates_keys_may_read_the_signing_keys(stack: Translated) -> None:
    assert _readers(stack, "SigningKeysSecret") == {"Register", "Login", "Refresh", "Factors", "RotateKeys"}
    assert _readers(stack, "OriginSecret") == {"RotateKeys"}


def test_secrets_of_second_factors_are_encrypted_by_who_sets_them_up_and_decrypted_by_who_checks_codes(
    stack: Translated,
) -> None:
    found: dict[str, set[str]] = {}
    for name, statement in _about(stack, "EncryptionKey", OTHERS["EncryptionKeyArn"]):
        found.setdefault(name, set()).update(statement.actions)
    assert found == {"Login": {"kms:Decrypt"}, "Factors": {"kms:Encrypt", "kms:Decrypt"}}
    knowing = {
        name.removesuffix("Function")
        for name, function in stack.of("AWS::Lambda::Function").items()
        if "ENCRYPTION_KEY" in function["Environment"]["Variables"]
    }
    assert knowing == found.keys()


def test_a_right_too_many_is_seen(whole: Translated) -> None:
    def login_may(actions: list[str], of: str, condition: dict[str, Any] | None = None) -> Translated:
        statement = {"Effect": "Allow", "Action": actions, "Resource": {"Fn::GetAtt": [of, "Arn"]}}
        path = ("LoginFunctionRole", "Properties", "Policies", 0, "PolicyDocument", "Statement", 0)
        return whole.after(Harm(*path, value=statement | ({"Condition": condition} if condition else {})))

    assert _writers_of_users(login_may(["dynamodb:PutItem"], "UsersTable")) != WRITERS_OF_USERS
    addresses = {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["EMAIL#*"]}}
    assert _writers_of_users(login_may(["dynamodb:PutItem"], "UsersTable", addresses)) != WRITERS_OF_USERS
    assert _readers(login_may(["secretsmanager:GetSecretValue"], "OriginSecret"), "OriginSecret") != {"RotateKeys"}
    # Where it stands among the statements does not matter: the one that forbids is found wherever it is.
    forbidding = whole.document["Resources"]["LoginFunctionRole"]["Properties"]["Policies"][0]["PolicyDocument"]
    place = next(n for n, each in enumerate(forbidding["Statement"]) if each.get("Effect") == "Deny")
    path = ("LoginFunctionRole", "Properties", "Policies", 0, "PolicyDocument", "Statement", place)
    assert _writers_of_keys(whole.after(Harm(*path))) == {"RotateKeys", "Login"}
