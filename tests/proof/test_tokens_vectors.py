"""The vectors for verifiers of signed tokens: the file is what is made, and this service agrees with each."""

import json
from collections import Counter

import pytest

from taskward import clock
from taskward.errors import TokenExpiredError, UnauthenticatedError
from taskward.identity import tokens
from taskward.identity.keys import PublishedKeys, verification_key
from tests.proof import vectors
from tests.support.figures import Figure
from tests.support.jws import parts


def test_the_committed_vectors_are_those_that_are_made() -> None:
    assert vectors.FILE.read_text(encoding="utf-8") == vectors.text()


def test_the_service_agrees_with_each_vector(monkeypatch: pytest.MonkeyPatch, figure: Figure) -> None:
    known = json.loads(vectors.FILE.read_text(encoding="utf-8"))
    monkeypatch.setenv("ISSUER", vectors.ISSUER)
    monkeypatch.setattr(clock, "epoch", lambda: known["now"])
    jwk = known["groups"][0]["key"]
    keys = PublishedKeys({jwk["kid"]: verification_key(jwk)}, [jwk], (), known["now"])
    results = Counter[str]()
    for test in (test for group in known["groups"] for test in group["tests"]):
        try:
            claims = tokens.verify_access(test["jws"], keys)
        except TokenExpiredError:
            assert test["comment"] == "past its time"
            result = "invalid"
        except UnauthenticatedError:
            result = "invalid"
        else:
            result = "valid"
            assert claims.user_id == parts(test["jws"]).claims["sub"]
        assert result == test["result"], test
        results[result] += 1
    assert sum(results.values()) == known["number"]
    figure(f"{known['number']} vectors, {results['valid']} valid and {results['invalid']} invalid: all agreed with")
