"""The runbook, held to what leads to it, and what it says of rights to what its own commands do."""

import json
import re
from pathlib import Path

import pytest

from tests.support import runbook
from tests.support.template import ROOT, resources

ANCHORS = {runbook.anchor(title) for title in re.findall(r"^#+ (.+)$", runbook.PAGE, re.MULTILINE)}
SOURCES = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "template.yaml")]
SOURCES += [*ROOT.glob("docs/**/*.md"), *ROOT.glob("local/*.py")]

# Commands whose right has another name, or that ask for what others do.
RIGHTS = {
    "lambda:Invoke": "lambda:InvokeFunction",
    "dynamodb:TransactWriteItems": "dynamodb:DeleteItem",
    "cloudformation:Wait": "cloudformation:DescribeStacks",
    "s3:Cp": "s3:GetObject",
}
SERVICES = {"service-quotas": "servicequotas", "sesv2": "ses"}


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_to_the_runbook_leads_to_a_section(source: Path) -> None:
    wanted = re.findall(r"operations\.md#([a-z-]*[a-z])", source.read_text(encoding="utf-8"))
    assert [anchor for anchor in wanted if anchor not in ANCHORS] == []


def test_every_link_within_the_runbook_leads_to_a_section() -> None:
    wanted = re.findall(r"\]\(#([^)]+)\)", runbook.PAGE)
    assert [anchor for anchor in wanted if anchor not in ANCHORS] == []
    assert wanted


def test_every_alarm_names_its_section() -> None:
    alarms = resources("AWS::CloudWatch::Alarm")
    assert alarms
    for name, alarm in alarms.items():
        section = re.search(r"docs/operations\.md#([a-z-]+)$", alarm["AlarmDescription"])
        assert section, name
        assert section[1] in ANCHORS, name


def test_whoever_may_what_the_page_lists_can_do_what_it_says() -> None:
    (listed,) = re.findall(r"```json\n(.*?)```", runbook.PAGE, re.DOTALL)
    granted = {right for rights in json.loads(listed).values() for right in rights}
    used = set()
    for service, command in re.findall(r"\baws ([a-z0-9-]+) ([a-z0-9-]+)", runbook.PAGE):
        action = "".join(word.capitalize() for word in command.split("-"))
        name = f"{SERVICES.get(service, service)}:{action}"
        used.add(RIGHTS.get(name, name))
    assert used - granted == set()


def test_every_output_that_a_command_goes_by_is_one_of_the_stack() -> None:
    from local.deployment import outputs
    from tests.support.template import template

    said = {outputs._variable(name) for name in template()["Outputs"]} | {"STACK"}
    blocks = "\n".join(block for blocks in runbook.sections().values() for block in blocks)
    made_there = set(re.findall(r"\b([A-Z][A-Z_]+)=", blocks)) | set(re.findall(r"\bfor ([A-Z]+) in", blocks))
    read = set(re.findall(r"\$\{?([A-Z][A-Z_]+)", blocks)) - {"LATEST", "KEY"}
    assert read - said - made_there == set()
