"""The security document, held to what it speaks of: the standard's list, the tests it names, template and code."""

import ast
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple, get_args

import pytest
from zxcvbn.frequency_lists import FREQUENCY_LISTS

from functions.bulk import app as bulk
from taskward import api, storage
from taskward.identity import (
    access_token_changes,
    access_token_tables,
    attempts,
    breached_passwords,
    email_change,
    events,
    exports,
    factor_tables,
    known_addresses,
    link_tables,
    links,
    models,
    notices,
    passkeys,
    passwords,
    recovery_codes,
    rotation,
    second_factor,
    sessions,
    step_up,
    steps,
    totp,
    user_tables,
)
from taskward.jobs import jobs, results
from taskward.tasks import batch, importing, lists, quota, rules, trash, trees
from taskward.work import mailing
from tests.support.conformance import document
from tests.support.described import operations, refusals
from tests.support.people import HOME
from tests.support.template import ROOT, resources, template, with_everything_on

PAGE = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")

# All requirements of OWASP ASVS 5.0.0, chapters V4, V6, V7, V8, V9, V11, V13, V14 and V16, of the first two levels; of
# V6 and V7 those of the third as well.
REQUIREMENTS = {
    "1": (
        "4.1.1 4.4.1 "
        "6.1.1 6.2.1 6.2.2 6.2.3 6.2.4 6.2.5 6.2.6 6.2.7 6.2.8 6.3.1 6.3.2 6.4.1 6.4.2 "
        "7.2.1 7.2.2 7.2.3 7.2.4 7.4.1 7.4.2 "
        "8.1.1 8.2.1 8.2.2 8.3.1 "
        "9.1.1 9.1.2 9.1.3 9.2.1 "
        "11.3.1 11.3.2 11.4.1 "
        "13.4.1 "
        "14.2.1 14.3.1 "
    ),
    "2": (
        "4.1.2 4.1.3 4.2.1 4.3.1 4.3.2 4.4.2 4.4.3 4.4.4 "
        "6.1.2 6.1.3 6.2.9 6.2.10 6.2.11 6.2.12 6.3.3 6.3.4 6.4.3 6.4.4 6.5.1 6.5.2 6.5.3 6.5.4 6.5.5 6.6.1 "
        "6.6.2 6.6.3 6.8.1 6.8.2 6.8.3 6.8.4 "
        "7.1.1 7.1.2 7.1.3 7.3.1 7.3.2 7.4.3 7.4.4 7.4.5 7.5.1 7.5.2 7.6.1 7.6.2 "
        "8.1.2 8.2.3 8.4.1 "
        "9.2.2 9.2.3 9.2.4 "
        "11.1.1 11.1.2 11.2.1 11.2.2 11.2.3 11.3.3 11.4.2 11.4.3 11.4.4 11.5.1 11.6.1 "
        "13.1.1 13.2.1 13.2.2 13.2.3 13.2.4 13.2.5 13.3.1 13.3.2 13.4.2 13.4.3 13.4.4 13.4.5 "
        "14.1.1 14.1.2 14.2.2 14.2.3 14.2.4 14.3.2 14.3.3 "
        "16.1.1 16.2.1 16.2.2 16.2.3 16.2.4 16.2.5 16.3.1 16.3.2 16.3.3 16.3.4 16.4.1 16.4.2 16.4.3 16.5.1 "
        "16.5.2 16.5.3 "
    ),
    "3": "6.3.5 6.3.6 6.3.7 6.3.8 6.4.5 6.4.6 6.5.6 6.5.7 6.5.8 6.6.4 6.7.1 6.7.2 7.5.3 ",
}
STATUSES = ("met", "not met", "not applicable")
REASON = re.compile(r"By (construction|AWS|this page): \S.{8,}")
NAMED_TEST = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")


class Row(NamedTuple):
    """A row of the tables of the standard."""

    id: str
    level: str
    asks: str
    status: str
    how: str
    shown_by: str


def _section(heading: str) -> str:
    """What stands under a heading, up to the next one of its level or a higher one."""
    level = heading.partition(" ")[0]
    _, found, rest = PAGE.partition(f"\n{heading}\n")
    assert found, heading
    return re.split(rf"^#{{2,{len(level)}}} ", rest, maxsplit=1, flags=re.MULTILINE)[0]


def _table(heading: str, first: str) -> list[list[str]]:
    """The rows of the table under a heading whose first column has this name, cell by cell."""
    lines = _section(heading).splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith(f"| {first} |"))
    rows: list[list[str]] = []
    for line in lines[start + 2 :]:
        if not line.startswith("|"):
            break
        rows.append([cell.strip() for cell in line.strip().strip("|").split("|")])
    assert rows
    return rows


def _rows() -> list[Row]:
    found = [line for line in PAGE.splitlines() if re.match(r"\| \d+\.\d+\.\d+ ", line)]
    return [Row(*(cell.strip() for cell in line.strip("|").split("|"))) for line in found]


def _quoted(text: str) -> list[str]:
    return re.findall(r"`([^`]+)`", text)


# --- The tables of the standard ---


def test_every_requirement_has_one_row_with_its_level() -> None:
    expected = [(name, level) for level, names in REQUIREMENTS.items() for name in names.split()]
    assert len(expected) == len(dict(expected)) == 142
    assert Counter((row.id, row.level) for row in _rows()) == Counter(expected)


def test_a_row_stands_in_its_chapter_and_in_order() -> None:
    chapters = [line for line in PAGE.splitlines() if re.match(r"### V\d", line)]
    found = []
    for chapter in chapters:
        number = chapter.removeprefix("### V").partition(" ")[0]
        ids = [cells[0] for cells in _table(chapter, "Id")]
        assert all(name.startswith(f"{number}.") for name in ids), chapter
        found += ids
    assert found == sorted(found, key=lambda name: [int(part) for part in name.split(".")])
    assert found == [row.id for row in _rows()]


@pytest.mark.parametrize("row", _rows(), ids=lambda row: row.id)
def test_a_row_has_a_status_and_says_why(row: Row) -> None:
    assert row.status in STATUSES
    assert row.asks
    assert row.how
    if row.status == "met":
        assert NAMED_TEST.search(row.shown_by) or REASON.search(row.shown_by), "a test, or why there is none"
        assert "Missing:" not in row.how
    elif row.status == "not met":
        assert "Missing: " in row.how
    else:
        assert not row.shown_by


def test_the_last_column_holds_tests_and_reasons_and_nothing_else() -> None:
    for row in _rows():
        for entry in filter(None, row.shown_by.split("<br>")):
            assert NAMED_TEST.fullmatch(entry) or REASON.fullmatch(entry), (row.id, entry)


def test_the_summary_counts_the_rows() -> None:
    counts = Counter((row.id.partition(".")[0], row.status) for row in _rows())
    totals = Counter(row.status for row in _rows())
    *chapters, everything = _table("## ASVS 5.0.0, levels 1 and 2", "Chapter")
    for name, *numbers in chapters:
        number = name.removeprefix("V").partition(" ")[0]
        assert numbers == [str(counts[number, status]) for status in STATUSES], name
    assert len(chapters) == len({chapter for chapter, _ in counts})
    assert everything == ["all", *(str(totals[status]) for status in STATUSES)]


def test_the_gaps_are_those_that_are_not_met() -> None:
    named = set(re.findall(r"\b\d+\.\d+\.\d+\b", _section("## Known gaps")))
    assert named == {row.id for row in _rows() if row.status == "not met"}


@cache
def _functions_of(file: str) -> frozenset[str]:
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def test_every_test_that_is_named_exists() -> None:
    named = NAMED_TEST.findall(PAGE)
    assert len(named) > 100
    assert len(named) == PAGE.count("tests/"), "each stands in the form that is looked for"
    missing = [f"{file}::{name}" for file, name in named if name not in _functions_of(file)]
    assert not missing
    assert all(name.startswith("test_") for _, name in named)


# --- The settings ---


def test_the_parameters_have_the_defaults_that_the_page_gives() -> None:
    given = {
        _quoted(cells[0])[0]: cells[1]
        for heading in ("### Guessing", "### Passwords", "### Mail", "### Sessions")
        for cells in _table(heading, "Parameter")
    }
    groups = {
        group["Label"]["default"]: group["Parameters"]
        for group in template()["Metadata"]["AWS::CloudFormation::Interface"]["ParameterGroups"]
    }
    names = ("Attempts", "Passwords", "Floods", "Mail", "Tokens and sessions")
    expected = {parameter for name in names for parameter in groups[name]} - {"Issuer"}
    assert given == {name: str(template()["Parameters"][name]["Default"]) for name in expected}


def _prose(heading: str) -> str:
    return re.sub(r"\s+", " ", _section(heading))


def test_the_numbers_of_the_code_are_those_of_the_page() -> None:
    guessing, words, held = _prose("### Guessing"), _prose("### Passwords"), _prose("### Data")
    assert f"known for {known_addresses.KEPT_SECONDS // 86400} days" in guessing
    kept = {cells[-1] for cells in _table("### Guessing", "Counter")}
    assert kept == {f"{attempts.WINDOW_SECONDS // 3600} hours"}
    assert f"{passwords.MIN_LENGTH} to {passwords.MAX_LENGTH} characters" in words
    assert f"the first {breached_passwords.DIGITS_SENT} of the 40 hexadecimal digits" in words
    assert f"may take {breached_passwords.TIME_LIMIT_SECONDS:g} second" in words
    assert f"and {breached_passwords.MAX_ANSWER_BYTES:,} bytes" in words
    assert f"A user has {sessions.MAX_PER_USER} sessions at most" in _prose("### Sessions")
    assert f"within the last {step_up.RECENT_SECONDS} seconds" in _prose("### Sessions")
    assert f"published for {rotation.PUBLICATION_LEAD_SECONDS} seconds" in _prose("### Cryptography")
    assert f"one object, for {results.LINK_SECONDS} seconds" in _prose("### Cryptography")
    assert f"for up to {rotation.EMERGENCY_LEAD_SECONDS} seconds nobody can" in _prose("### Threats")
    assert events.KEPT_FOR.days == 365
    assert "| security events | Users | a year" in held
    assert jobs.KEPT_FOR.total_seconds() == 86400
    assert exports.MAX_A_DAY == 5
    assert f"| {template()['Parameters']['LogRetentionDays']['Default']} days |" in held


def test_the_limits_of_files_and_rules_are_those_of_the_page() -> None:
    limits = {cells[0]: cells[1] for cells in _table("### Files and rules", "What")}
    assert limits["a body, a file in it"].startswith(f"{api.MAX_BODY_BYTES:,} bytes; {bulk.MAX_ROWS} rows")
    upload = limits["an uploaded file"]
    assert upload.startswith(f"{results.MAX_UPLOAD_BYTES:,} bytes")
    assert upload.endswith(f"; {importing.MAX_ROWS:,} rows")
    assert limits["a rule of recurrence"].startswith(
        f"{rules.MAX_LENGTH} characters, an interval of {rules.MAX_INTERVAL:,}, a count of {rules.MAX_COUNT:,};"
    )
    most = lists.MAX_QUERIES * lists.EXAMINED_A_QUERY
    assert limits["a list with filters"] == f"{lists.MAX_QUERIES} queries and {most:,} tasks a page"
    assert limits["a batch, a tree"] == (
        f"{batch.MAX_OPERATIONS} operations, {storage.MAX_ACTIONS} tasks written; "
        f"{trees.MAX_LEVELS} levels, {trees.MAX_DESCENDANTS} subtasks"
    )
    assert limits["all that a user keeps"] == (
        f"{quota.MAX_TASKS:,} tasks, {quota.MAX_BYTES // 1_000_000} MB, the trash included; "
        f"{jobs.MAX_AT_ONCE} jobs at a time, {jobs.MAX_A_DAY} of a kind a day"
    )
    form = f"one object of {results.MAX_UPLOAD_BYTES:,} bytes at most, for {results.UPLOAD_SECONDS:,} seconds"
    assert form in _prose("### Cryptography")
    assert f"{trash.TRASH_DAYS} days in the trash" in _prose("### Data")


def test_the_numbers_of_mails_are_those_of_the_page() -> None:
    counters = {cells[0]: cells[1:3] for cells in _table("### Guessing", "Counter")}
    asked_for = counters["of an address and a network, mails that were asked for"]
    assert asked_for == [
        str(attempts.MAILS_AT_ONCE),
        f"a wait that doubles, from {attempts._MAIL_WAIT_SECONDS} seconds",
    ]
    everywhere = counters["of an address, mails from everywhere"]
    assert everywhere == [str(attempts.MAILS_A_DAY), "no mail until it is forgotten"]
    until = "no notice until it is forgotten"
    sign_ins = counters["of an address, notices of sign-ins, and of wrong codes at them"]
    assert sign_ins == [str(mailing.SIGN_IN_NOTICES_A_DAY), until]
    assert counters["of an address, all other notices"] == [str(mailing.NOTICES_A_DAY), until]
    words = {10: "ten", 50: "fifty"}
    few, many = words[mailing.SIGN_IN_NOTICES_A_DAY], words[mailing.NOTICES_A_DAY]
    assert f"{few} a day of sign-ins and of wrong codes at them, {many} of all else" in _prose("### Threats")
    assert f"Notices end at {many} a day, and those of sign-ins at {few}" in _prose("## Known gaps")


def test_a_mail_is_as_late_after_a_crash_as_the_page_says() -> None:
    hidden, longest = (
        resources("AWS::SQS::Queue")["MailQueue"]["VisibilityTimeout"],
        resources("AWS::Serverless::Function")["WorkerFunction"]["Timeout"],
    )
    assert f"comes {hidden // 60} minutes late" in _prose("### Threats")
    assert f"after {hidden // 60} minutes only, six times the longest that" in _prose("## Known gaps")
    assert hidden == 6 * longest


def test_every_kind_of_link_stands_on_the_page_with_its_time() -> None:
    units = {"minutes": 60, "hours": 3600, "days": 86400}
    given = {}
    for page, _, _, works_for, _ in _table("### Mail", "Link"):
        number, unit = works_for.split()
        given[_quoted(page)[0].removeprefix("/")] = int(number) * units[unit]
    assert given == {links.PAGES[purpose]: seconds for purpose, seconds in links.LIFETIME_SECONDS.items()}
    days = links.LIFETIME_SECONDS["address_undo"] // 86400
    assert f"stays its owner's for those {days} days" in _prose("### Mail")
    assert f"or in the {email_change.SUSPECT_SECONDS // 3600} hours before it" in _prose("### Mail")


def test_the_numbers_of_what_people_sign_in_with_are_those_of_the_page() -> None:
    held = _prose("### Second factor, passkeys, tokens for scripts")
    assert f": {totp.DIGITS} digits, a new one every {totp.STEP_SECONDS} seconds" in held
    assert totp.DRIFT_STEPS == 1
    assert f"one step before and after its own, so for {(1 + 2 * totp.DRIFT_STEPS) * totp.STEP_SECONDS} seconds" in held
    assert f"waits {second_factor.PENDING_SECONDS // 60} minutes for its first code" in held
    assert f"{recovery_codes.COUNT} recovery codes of {recovery_codes._RANDOM_BYTES * 8} random bits" in held
    assert f"- **Passkeys**: {passkeys.MAX_PER_USER} at most" in _section(
        "### Second factor, passkeys, tokens for scripts"
    )
    days = models.NewAccessToken.model_json_schema()["properties"]["expires_in_days"]["maximum"]
    assert f"{access_token_changes.MAX_PER_USER} at most, each for up to {days} days" in held
    assert f"good for {steps.LIFETIME_SECONDS} seconds" in held


def test_the_words_barred_from_passwords_are_those_of_the_page() -> None:
    address, *others = _quoted(_section("### Passwords").partition("count: for ")[2].partition("\n\n")[0])
    assert {*others} == {*passwords._context_words(address)}
    for word in others:
        assert "e-mail address or" in (passwords._objection(f"{word}1", address) or ""), word
    assert f"- `{passwords.SERVICE_NAME}`, the name of the service" in PAGE


def test_enough_common_passwords_are_known() -> None:
    known = passwords._common_passwords()
    allowed = [word for word in known if passwords.MIN_LENGTH <= len(word) <= passwords.MAX_LENGTH]
    assert len(allowed) >= 3000
    assert f"the {len(FREQUENCY_LISTS['passwords']):,} commonest ({len(allowed):,} of them" in _prose("### Passwords")
    assert all(word == word.casefold() for word in known), "they are compared case-folded"
    assert all("common" in (passwords._objection(word.upper(), "x@y.example") or "") for word in allowed[:50])


# --- Who may what ---


def _routes() -> Iterator[tuple[str, dict[str, Any]]]:
    for function in resources("AWS::Serverless::Function").values():
        for event in function.get("Events", {}).values():
            if event["Type"] == "Api":
                yield f"{event['Properties']['Method']} {event['Properties']['Path']}", event["Properties"]


def test_every_route_stands_in_the_table_of_authorization() -> None:
    listed = {_quoted(cells[0])[0]: cells[1] for cells in _table("### Authorization", "Route")}
    assert listed.keys() == dict(_routes()).keys()
    for route, properties in _routes():
        public = properties.get("Auth", {}).get("Authorizer") == "NONE"
        assert listed[route].startswith("anyone" if public else "user"), route


def _operation_ids() -> dict[str, str]:
    return {operation["operationId"]: f"{method.upper()} {path}" for path, method, operation in operations(mail=True)}


def test_a_token_for_scripts_reaches_what_the_page_says() -> None:
    listed = {_quoted(cells[0])[0]: _quoted(cells[2]) for cells in _table("### Authorization", "Route")}
    documented = {
        f"{method.upper()} {path}": [
            scope for scheme in operation.get("security", []) for scope in scheme.get("personalAccessToken", [])
        ]
        for path, method, operation in operations(mail=True)
    }
    # The document is held to the handlers by a test of its own.
    assert listed == documented
    assert any(listed.values())


def test_step_up_is_asked_for_where_the_page_says_so() -> None:
    listed = {_quoted(cells[0])[0] for cells in _table("### Authorization", "Route") if cells[3] == "yes"}
    ids = _operation_ids()
    assert listed == {ids[name] for name, _, code in refusals(mail=True) if code == "reauthentication_required"}
    assert len(listed) > 10


def test_every_function_stands_in_the_table_of_roles() -> None:
    listed = {_quoted(cells[0])[0]: cells[1:] for cells in _table("### Roles", "Function")}
    functions = resources("AWS::Serverless::Function")
    assert listed.keys() == functions.keys()
    for name, function in functions.items():
        policies = with_everything_on(function["Policies"])
        allowed = str([s for policy in policies for s in policy["Statement"] if s["Effect"] == "Allow"])
        tables = [f"{table}Table" in allowed for table in ("Users", "Sessions", "Tasks")]
        assert [bool(cell) for cell in listed[name][:3]] == tables, name
        beside = listed[name][3]
        assert ("signing keys" in beside) is ("SigningKeysSecret" in allowed), name
        assert ("decrypts second factors" in beside) is ("kms:Decrypt" in allowed), name
        assert ("encrypts and decrypts" in beside) is ("kms:Encrypt" in allowed), name
        assert ("sends mail by SES" in beside) is ("ses:SendEmail" in allowed), name
        queues = name != "WorkerFunction" and "MailQueue" in allowed
        assert ("queues mail" in beside) is queues, name


def test_the_functions_that_are_counted_are_as_many_as_the_page_says() -> None:
    numbers = {2: "two", 5: "five", 6: "six"}
    beside = [cells[4] for cells in _table("### Roles", "Function")]
    readers = numbers[sum("signing keys" in cell for cell in beside)]
    decrypting = numbers[sum("decrypts second factors" in cell for cell in beside)]
    queueing = numbers[sum("queues mail" in cell for cell in beside)]
    threats = _prose("### Threats")
    assert f"{readers} read the signing keys, {decrypting} decrypt second factors" in threats
    assert f"the {queueing} that queue mail" in threats
    assert f"{readers.capitalize()} functions can read the private signing keys" in _prose("## Known gaps")
    assert f"one of the {queueing} that queue mail" in _prose("## Known gaps")


def test_the_members_shown_are_those_of_the_page() -> None:
    for kind, writable, read_only, _ in _table("### Members", "Of"):
        shown = {*_quoted(writable), *_quoted(read_only)}
        assert shown == document()["components"]["schemas"][kind]["properties"].keys(), kind


def test_no_operation_takes_a_secret_in_its_address() -> None:
    parameters = document()["components"]["parameters"].values()
    names = {parameter["name"] for parameter in parameters if parameter["in"] in ("query", "path")}
    assert names >= {"cursor", "id"}
    assert not [name for name in names if re.search("token|password|key|secret", name, re.IGNORECASE)]


# --- What is kept, and what is logged ---


def test_every_store_stands_in_the_table_of_data() -> None:
    places = ", ".join(cells[2] for cells in _table("### Data", "Level")).replace("Secrets Manager", "secrets")
    kinds = (
        *("AWS::DynamoDB::Table", "AWS::S3::Bucket", "AWS::SQS::Queue", "AWS::SNS::Topic"),
        *("AWS::KMS::Key", "AWS::Logs::LogGroup"),
    )
    for kind in kinds:
        for name in resources(kind):
            assert name.removesuffix("Table") in places, name
    assert resources("AWS::SecretsManager::Secret").keys() == {"SigningKeysSecret", "OriginSecret"}
    assert "secrets" in places


def test_every_kind_of_row_about_a_user_stands_in_the_table_of_data() -> None:
    places = [cells[2] for cells in _table("### Data", "Level")]
    in_users = (
        *(factor_tables.SECOND_FACTOR, factor_tables.PASSKEY_PREFIX, link_tables.LINK_PREFIX),
        *(user_tables.KNOWN_ADDRESS_PREFIX, user_tables.email_key(""), user_tables.used_step_key("")),
    )
    for key in in_users:
        assert any(place.startswith(f"Users, `{key}`") or f"; Users, `{key}`" in place for place in places), key
    assert any(f"Sessions, `{access_token_tables.TOKEN_PREFIX}`" in place for place in places)


def test_every_kind_of_event_stands_on_the_page_with_who_is_told_of_it() -> None:
    told = {_quoted(cells[0])[0]: cells[1] for cells in _table("### Logs", "Event")}
    assert [*told] == [*get_args(events.Kind)]
    assert {kind for kind, by_mail in told.items() if by_mail == "yes"} == notices.KINDS
    assert told["signed_in"] == "from a new device"
    assert told["code_check_failed"] == "at a sign-in"
    at_a_sign_in, in_a_session = (events.new("code_check_failed", "u", HOME, session) for session in (None, "s"))
    assert notices.is_due(at_a_sign_in)
    assert not notices.is_due(in_a_session)


def test_functions_and_gateway_log_to_the_two_groups_of_the_page() -> None:
    groups = {"FunctionLogs", "AccessLogs"}
    assert resources("AWS::Logs::LogGroup").keys() == groups
    assert template()["Globals"]["Function"]["LoggingConfig"] == {"LogGroup": {"Ref": "FunctionLogs"}}
    assert not [name for name, own in resources("AWS::Serverless::Function").items() if "LoggingConfig" in own]
    (stages,) = resources("AWS::Serverless::Api").values()
    assert stages["AccessLogSetting"]["DestinationArn"] == {"Fn::GetAtt": ["AccessLogs", "Arn"]}
    assert all(group in _section("### Logs") for group in groups)
