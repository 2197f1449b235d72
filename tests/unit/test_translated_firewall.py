"""The firewall as it is deployed, where it was asked for: before the gateway's one stage, with limits of its own."""

import pytest

from tests.support.translated import Check, Harm, Translated, translated

MANAGED = {"AWSManagedRulesKnownBadInputsRuleSet", "AWSManagedRulesCommonRuleSet"}
WITH_FIREWALL = ("firewall", "everything")
LIMITS = {"FORWARDED_IP": "FirewallAuthRate", "IP": "FirewallSourceRate"}


def open_ways(stack: Translated) -> list[str]:
    """Ways past the firewall."""
    (acl,) = stack.of("AWS::WAFv2::WebACL")
    (stage,) = stack.of("AWS::ApiGateway::Stage").values()
    guarded = {
        (of["WebACLArn"], of["ResourceArn"].partition("::")[2])
        for of in stack.of("AWS::WAFv2::WebACLAssociation").values()
    }
    wanted = ("${" + acl + ".Arn}", "/restapis/${Api}/stages/${ApiapiStage}")
    found = [] if guarded == {wanted} else [f"{guarded}"]
    return found if stage["StageName"] == "api" else [*found, stage["StageName"]]


@pytest.mark.parametrize("name", WITH_FIREWALL)
def test_the_firewall_is_in_front_of_the_gateway_s_one_stage(name: str) -> None:
    assert open_ways(translated(name)) == []


def weak_limits(stack: Translated) -> list[str]:
    """Limits that are not those of the parameters, or of something else than sign-in."""
    (acl,) = stack.of("AWS::WAFv2::WebACL").values()
    found = {}
    for rule in acl["Rules"]:
        limit = rule["Statement"].get("RateBasedStatement")
        if limit is not None:
            match = limit["ScopeDownStatement"]["ByteMatchStatement"]
            blocks = "Block" in rule["Action"] and limit["EvaluationWindowSec"] == 300
            # The address in front of it has the stage's name in it.
            what = (match["FieldToMatch"], match["PositionalConstraint"], match["SearchString"])
            signing_in = what == ({"UriPath": {}}, "STARTS_WITH", "/api/auth/")
            found[limit["AggregateKeyType"]] = limit["Limit"] if blocks and signing_in else None
    wanted = {kind: stack.values[name] for kind, name in LIMITS.items()}
    return [f"{entry}" for entry in wanted.items() ^ found.items()]


@pytest.mark.parametrize("name", WITH_FIREWALL)
def test_requests_to_sign_in_are_limited_for_each_viewer_and_each_source(name: str) -> None:
    assert weak_limits(translated(name)) == []


def missing_rules(stack: Translated) -> list[str]:
    """Rules of AWS that are not there, that only count, or that others come before or with."""
    (acl,) = stack.of("AWS::WAFv2::WebACL").values()
    groups = {
        rule["Statement"]["ManagedRuleGroupStatement"]["Name"]
        for rule in acl["Rules"]
        if "ManagedRuleGroupStatement" in rule["Statement"] and rule["OverrideAction"] == {"None": {}}
    }
    priorities = [rule["Priority"] for rule in acl["Rules"]]
    found = [] if len(set(priorities)) == len(priorities) else ["two of one priority"]
    found += [rule["Name"] for rule in acl["Rules"] if not rule["VisibilityConfig"]["CloudWatchMetricsEnabled"]]
    # What people write, and tokens, would be in them.
    found += [rule["Name"] for rule in acl["Rules"] if rule["VisibilityConfig"]["SampledRequestsEnabled"]]
    return found + sorted(MANAGED - groups)


@pytest.mark.parametrize("name", WITH_FIREWALL)
def test_the_rules_of_aws_are_in_force_and_nothing_of_a_request_is_kept(name: str) -> None:
    assert missing_rules(translated(name)) == []


_RULES = ("WebAcl", "Properties", "Rules")
HARMS: list[tuple[Check, Harm]] = [
    (open_ways, Harm("WebAclOfGateway")),
    (open_ways, Harm("WebAclOfGateway", "Properties", "ResourceArn", value="arn:aws:apigateway::/restapis/x")),
    (weak_limits, Harm(*_RULES, 0, "Statement", "RateBasedStatement", "Limit", value=100_000)),
    (weak_limits, Harm(*_RULES, 1, "Action", value={"Count": {}})),
    (weak_limits, Harm(*_RULES, 1)),
    (missing_rules, Harm(*_RULES, 2)),
    (missing_rules, Harm(*_RULES, 2, "OverrideAction", value={"Count": {}})),
    (missing_rules, Harm(*_RULES, 2, "Priority", value=0)),
    (missing_rules, Harm(*_RULES, 3, "VisibilityConfig", "SampledRequestsEnabled", value=True)),
]


@pytest.mark.parametrize(("check", "harm"), HARMS)
def test_a_gap_in_the_firewall_is_seen(whole: Translated, check: Check, harm: Harm) -> None:
    assert check(whole.after(harm)) != []


def test_there_is_none_unless_it_was_asked_for() -> None:
    assert not translated("defaults").of("AWS::WAFv2::WebACL")
