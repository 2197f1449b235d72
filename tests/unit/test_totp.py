"""Time-based one-time passwords, by the standard's own examples."""

import base64
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taskward.identity import totp

SECRET = b"12345678901234567890"

# RFC 6238, appendix B: of each time the step and the code of eight digits, with SHA-1.
EXAMPLES = [
    (59, 0x1, "94287082"),
    (1111111109, 0x23523EC, "07081804"),
    (1111111111, 0x23523ED, "14050471"),
    (1234567890, 0x273EF07, "89005924"),
    (2000000000, 0x3F940AA, "69279037"),
    (20000000000, 0x27BC86AA, "65353130"),
]


@pytest.mark.parametrize(("at", "step", "code"), EXAMPLES)
def test_codes_and_steps_are_those_of_the_standard(at: int, step: int, code: str) -> None:
    # Six digits are the last six of eight (RFC 4226, section 5.3).
    assert totp.code_at(SECRET, at) == code[-6:]
    assert totp.matching_step(SECRET, code[-6:], at) == step


@pytest.mark.parametrize("at", [at for at, _, _ in EXAMPLES])
def test_a_clock_may_be_off_by_one_step_and_not_by_two(at: int) -> None:
    step = at // 30
    codes = {away: totp.code_at(SECRET, (step + away) * 30) for away in range(-3, 4) if step + away >= 0}
    assert len(set(codes.values())) == len(codes)
    accepted = {away: totp.matching_step(SECRET, code, at) for away, code in codes.items()}
    assert accepted == {away: step + away if abs(away) <= 1 else None for away in codes}


def test_a_code_is_accepted_from_the_step_before_its_own_to_the_end_of_the_next() -> None:
    begins = 1234567890 // 30 * 30
    code = totp.code_at(SECRET, begins)
    times = [at for at in range(begins - 100, begins + 150) if totp.matching_step(SECRET, code, at) is not None]
    assert times == list(range(begins - 30, begins + 60))


def test_a_code_that_is_of_several_steps_counts_as_the_latest_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(totp, "_code", lambda _secret, _step: b"000000")
    assert totp.matching_step(SECRET, "000000", 3000) == 101


@given(st.text())
def test_what_is_no_code_is_refused_and_no_error(text: str) -> None:
    at = 1234567890
    right = {totp.code_at(SECRET, at + away) for away in (-30, 0, 30)}
    assert (totp.matching_step(SECRET, text, at) is not None) == (text in right)


def test_digits_of_other_writings_are_not_taken_for_digits() -> None:
    assert totp.matching_step(SECRET, "٠٠٥٩٢٤", 1234567890) is None
    assert totp.matching_step(SECRET, "005924", 1234567890) is not None


def test_secrets_are_new_each_time_and_have_160_bits() -> None:
    secrets = {totp.new_secret() for _ in range(50)}
    assert len(secrets) == 50
    assert {len(secret) for secret in secrets} == {20}


def test_an_app_gets_the_secret_by_hand_or_by_the_picture_of_an_address() -> None:
    assert totp.as_text(SECRET) == "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
    assert base64.b32decode(totp.as_text(SECRET)) == SECRET
    uri = urlsplit(totp.provisioning_uri(SECRET, "ada+tasks@example.com"))
    assert (uri.scheme, uri.netloc, uri.path) == ("otpauth", "totp", "/Taskward:ada%2Btasks%40example.com")
    assert parse_qs(uri.query) == {
        "secret": [totp.as_text(SECRET)],
        "issuer": ["Taskward"],
        "algorithm": ["SHA1"],
        "digits": ["6"],
        "period": ["30"],
    }


def test_a_code_may_be_given_in_groups_as_apps_show_it() -> None:
    secret = b"12345678901234567890"
    assert totp.matching_step(secret, "287 082", 59) == totp.matching_step(secret, "287082", 59) == 1
