"""Parameters of a deployment: how they are written, which are refused, and which hold then."""

import pytest

from local.deployment import parameters, samconfig
from local.deployment.refusals import RefusedError


def test_they_are_written_as_for_sam() -> None:
    text = """LogLevel=DEBUG MailSender='Taskward <no-reply@example.com>' Issuer="" SiteOrigin=https://a.example"""
    assert parameters.parsed(text) == {
        "LogLevel": "DEBUG",
        "MailSender": "Taskward <no-reply@example.com>",
        "Issuer": "",
        "SiteOrigin": "https://a.example",
    }
    assert parameters.parsed("") == {}


@pytest.mark.parametrize(
    "text", ["LogLevel", "LogLevel DEBUG", "MailSender=Taskward <a@example.com>", "Issuer='", "=1"]
)
def test_what_is_written_otherwise_is_refused(text: str) -> None:
    with pytest.raises(RefusedError, match="PARAMETERS"):
        parameters.parsed(text)


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("Nonsense", "1", "There is no parameter Nonsense"),
        ("LogLevel", "WARNING", "one of DEBUG, INFO"),
        ("LogRetentionDays", "8", "one of 1, 3, 5"),
        ("AccessTokenSeconds", "0", "from 1 to 3600"),
        ("AccessTokenSeconds", "3601", "from 1 to 3600"),
        ("AccessTokenSeconds", "ten", "is a number"),
        ("AccessTokenSeconds", "", "cannot be empty"),
        ("SiteDomain", "Tasks.example.com", "has to match"),
        ("SiteDomain", "a." * 126 + "ab", "253 characters at most"),
        ("CorsOrigin", "https://a.example/", "has to match"),
        ("AlarmAddress", "nobody", "has to match"),
        ("Rollout", "Slowly", "one of AllAtOnce"),
    ],
)
def test_what_cloudformation_would_not_take_is_refused_with_what_it_would(name: str, value: str, told: str) -> None:
    assert told in str(parameters.problem_of(name, value))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("AccessTokenSeconds", "1"),
        ("AccessTokenSeconds", "3600"),
        ("LogRetentionDays", "365"),
        ("SiteDomain", ""),
        ("SiteDomain", "tasks.example.com"),
        ("MailSender", "Taskward <no-reply@example.com>"),
        ("Release", "0123456789abcdef"),
    ],
)
def test_what_cloudformation_takes_is_taken(name: str, value: str) -> None:
    assert parameters.problem_of(name, value) is None


def test_defaults_are_among_what_is_taken() -> None:
    parameters.check(parameters.effective({}, {}))


def test_what_goes_together_by_the_template_s_rules_has_to_come_together() -> None:
    certificate = "arn:aws:acm:us-east-1:123456789012:certificate/1"
    given = {"SiteDomain": "tasks.example.com"}
    with pytest.raises(RefusedError, match="SiteDomain needs CertificateArn"):
        parameters.check(parameters.effective(given, {}))
    parameters.check(parameters.effective(given | {"CertificateArn": certificate}, {}))
    with pytest.raises(RefusedError, match="HostedZoneId needs SiteDomain"):
        parameters.check(parameters.effective({"HostedZoneId": "Z1"}, {}))


def test_what_is_given_holds_then_what_the_stack_has_then_the_default() -> None:
    previous = {"LogLevel": "DEBUG", "AccessTokenSeconds": "60", "Gone": "of a template before", "Release": "0" * 64}
    found = parameters.effective({"AccessTokenSeconds": "120"}, previous)
    assert (found["AccessTokenSeconds"], found["LogLevel"], found["Rollout"]) == ("120", "DEBUG", "AllAtOnce")
    assert not {"Gone", "Release"} & found.keys()
    assert found.keys() == parameters.declared().keys() - {"Release"}


def test_each_table_of_samconfig_has_parameters_that_are_taken() -> None:
    for name, stack in {"default": "taskward", "dev": "taskward-dev", "prod": "taskward-prod"}.items():
        environment = samconfig.environment(name)
        assert environment.stack_name == stack
        parameters.check(parameters.effective(environment.parameters, {}))
    assert samconfig.environment("prod").parameters["LogRetentionDays"] == "365"


def test_a_table_that_samconfig_does_not_have_is_refused_with_those_it_has() -> None:
    with pytest.raises(RefusedError, match="CONFIG is one of default, dev, prod"):
        samconfig.environment("staging")
