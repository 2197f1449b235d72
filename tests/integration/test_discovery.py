"""The discovery function, fed from events/discovery."""

import base64
import hashlib
import json

import jwt
import pytest

from tests.support import aws
from tests.support.sample_events import Answer, ask, signed_up
from tests.support.template import ROOT, resources

# Of each event the media type and for how many seconds anybody may keep the answer.
CASES = {
    "discovery/jwks": ("application/jwk-set+json", 60),
    "discovery/jwks_not_modified": (None, 60),
    "discovery/openapi": ("application/json", 300),
    "discovery/docs": ("text/html; charset=utf-8", 300),
}


@pytest.fixture
def etag(moto_tables: None) -> str:
    """The entity tag of the key set, without its quotes."""
    return (ask("discovery/jwks").header("etag") or "").strip('"')


@pytest.mark.parametrize("name", CASES)
def test_each_event_is_answered_with_something_that_anybody_may_keep(name: str, etag: str) -> None:
    media_type, max_age = CASES[name]
    answer = ask(name, jwks_etag=etag)
    assert answer.status == (200 if media_type else 304)
    assert answer.header("content-type") == media_type
    assert answer.header("cache-control") == f"public, max-age={max_age}"
    assert answer.header("set-cookie") is None


def test_the_key_set_holds_the_public_half_of_the_key_that_signs(moto_tables: None) -> None:
    kid = jwt.get_unverified_header(signed_up()["access_token"])["kid"]
    (key,) = _keys(ask("discovery/jwks"))
    assert key.keys() == {"kty", "crv", "x", "kid", "use", "alg", "key_ops"}
    assert key | {"x": ""} == {
        "kty": "OKP",
        "crv": "Ed25519",
        "x": "",
        "kid": kid,
        "use": "sig",
        "alg": "EdDSA",
        "key_ops": ["verify"],
    }


def test_who_has_the_key_set_already_gets_its_tag_and_no_body(etag: str) -> None:
    answer = ask("discovery/jwks_not_modified", jwks_etag=etag)
    assert (answer.status, answer.text, answer.header("etag")) == (304, "", f'"{etag}"')


def test_who_has_another_key_set_gets_this_one(etag: str) -> None:
    answer = ask("discovery/jwks_not_modified", jwks_etag="0" * len(etag))
    assert (answer.status, answer.text) == (200, ask("discovery/jwks").text)


def test_the_openapi_document_is_the_one_that_lies_beside_the_function(moto_tables: None) -> None:
    document = ask("discovery/openapi").json()
    assert document == json.loads((ROOT / "functions/discovery/openapi.json").read_text(encoding="utf-8"))
    assert document["openapi"].startswith("3.1.")
    assert {"/auth/register", "/auth/password/forgot"} <= document["paths"].keys()


def test_the_docs_page_is_a_whole_html_document(moto_tables: None) -> None:
    page = ask("discovery/docs").text
    assert page == (ROOT / "functions/discovery/docs.html").read_text(encoding="utf-8")
    assert page.startswith("<!doctype html>")
    assert page.rstrip().endswith("</html>")


def test_where_no_mail_is_sent_document_and_page_are_those_without_it(moto_tables: None, mail_off: None) -> None:
    document, page = ask("discovery/openapi"), ask("discovery/docs")
    folder = ROOT / "functions" / "discovery"
    assert document.text == (folder / "openapi_without_mail.json").read_text(encoding="utf-8")
    assert page.text == (folder / "docs_without_mail.html").read_text(encoding="utf-8")
    assert "/auth/register" in document.json()["paths"]
    assert "/auth/password/forgot" not in document.json()["paths"]


@pytest.mark.parametrize("sender", ["", "no-reply@taskward.example"])
def test_the_policy_of_the_page_admits_its_own_style(
    moto_tables: None, monkeypatch: pytest.MonkeyPatch, sender: str
) -> None:
    monkeypatch.setenv("MAIL_SENDER", sender)
    page = ask("discovery/docs")
    style = page.text.partition("<style>")[2].partition("</style>")[0]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in (page.header("content-security-policy") or "")


def test_which_of_the_two_is_served_is_decided_by_the_sender_of_mail_alone() -> None:
    variables = resources("AWS::Serverless::Function")["DiscoveryFunction"]["Environment"]["Variables"]
    assert variables["MAIL_SENDER"] == {"Ref": "MailSender"}
    assert "MAIL_QUEUE" not in variables


def test_there_is_no_key_set_before_the_first_rotation() -> None:
    with aws.in_memory():
        aws.create_tables()
        answer = ask("discovery/jwks")
    assert (answer.status, answer.json()["code"]) == (503, "unavailable")
    assert answer.header("retry-after") == "1"
    assert answer.header("cache-control") == "no-store"


def _keys(answer: Answer) -> list[dict[str, object]]:
    keys: list[dict[str, object]] = json.loads(answer.text)["keys"]
    return keys
