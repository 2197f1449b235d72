"""Recovery codes: random, readable, and kept as digests alone."""

import hashlib
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taskward.identity import recovery_codes


def test_there_are_ten_new_ones_each_time_of_120_random_bits() -> None:
    made = [code for _ in range(20) for code in recovery_codes.generate()]
    assert len(recovery_codes.generate()) == 10
    assert len(set(made)) == 200
    # 24 characters of base32, five bits each, in groups of four.
    assert all(re.fullmatch("[A-Z2-7]{4}(-[A-Z2-7]{4}){5}", code) for code in made)
    for place in range(24):
        assert len({code.replace("-", "")[place] for code in made}) > 20, "each character is random"


@pytest.mark.parametrize(
    "typed",
    [
        "ABCD-EFGH-IJKL-MNOP-QRST-UV23",
        "abcd-efgh-ijkl-mnop-qrst-uv23",
        "ABCDEFGHIJKLMNOPQRSTUV23",
        "  abcd efgh ijkl mnop qrst uv23\n",
        "AbCd - EfGh - iJkL - mNoP - qRsT - uV23",
        "abcd\u2013efgh\u00a0ijkl\u2011mnop\u2014qrst_uv23",
    ],
)
def test_case_spaces_and_hyphens_do_not_matter(typed: str) -> None:
    assert recovery_codes.digest(typed) == recovery_codes.digest("ABCD-EFGH-IJKL-MNOP-QRST-UV23")


@pytest.mark.parametrize("typed", ["", "ABCD-EFGH-IJKL-MNOP-QRST-UV24", "ABCD-EFGH-IJKL-MNOP-QRST-UV2", "BACD"])
def test_another_code_has_another_digest(typed: str) -> None:
    assert recovery_codes.digest(typed) != recovery_codes.digest("ABCD-EFGH-IJKL-MNOP-QRST-UV23")


def test_the_digest_is_sha_256_of_the_bare_code() -> None:
    code = recovery_codes.generate()[0]
    assert recovery_codes.digest(code) == hashlib.sha256(code.replace("-", "").encode()).hexdigest()


@given(st.text(st.characters()))
def test_what_is_no_code_has_a_digest_and_is_no_error(text: str) -> None:
    assert re.fullmatch("[0-9a-f]{64}", recovery_codes.digest(text))
