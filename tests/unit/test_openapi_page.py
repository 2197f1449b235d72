"""The page that shows the OpenAPI document: well formed, usable without a script, and whole."""

import json
import re
from html import escape
from html.parser import HTMLParser
from itertools import pairwise
from typing import Any

import pytest

from local.openapi.page import page
from tests.support.conformance import document
from tests.support.described import operations

BOTH = pytest.mark.parametrize("mail", [True, False], ids=["with_mail", "without_mail"])


class Outline(HTMLParser):
    """What there is to check of a page: ids, targets, headings, and elements that would load something."""

    VOID = {"meta", "br", "wbr", "link", "img", "input", "hr"}

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.targets: list[str] = []
        self.labels: list[str] = []
        self.headings: list[int] = []
        self.tags: set[str] = set()
        self.open: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        if tag not in self.VOID:
            self.open.append(tag)
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))
        for name, value in attrs:
            assert name not in ("src", "style"), "everything is in the page itself"
            assert not name.startswith("on"), "the page has no script"
            if name == "id":
                self.ids.append(value or "")
            elif name == "href":
                self.targets.append(value or "")
            elif name == "aria-labelledby":
                self.labels.append(value or "")

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag, f"</{tag}> at {self.getpos()}"


def readable(value: Any) -> str:
    """A value as the page shows it: a file that is no JSON by its lines."""
    lines = (
        value.splitlines() if isinstance(value, str) else json.dumps(value, indent=2, ensure_ascii=False).split("\n")
    )
    return escape("\n".join(lines))


@BOTH
def test_the_page_is_well_formed_and_needs_nothing_from_elsewhere(mail: bool) -> None:
    text = page(document(mail=mail))
    outline = Outline(text)
    assert outline.open == []
    assert not outline.tags & {"script", "link", "img", "iframe", "object"}
    assert "@import" not in text
    assert "url(" not in text
    assert {target for target in outline.targets if not target.startswith("#")} == {"openapi.json"}


@BOTH
def test_every_link_and_label_of_the_page_leads_somewhere(mail: bool) -> None:
    outline = Outline(page(document(mail=mail)))
    assert len(set(outline.ids)) == len(outline.ids)
    inside = {target.removeprefix("#") for target in outline.targets if target.startswith("#")}
    assert inside <= set(outline.ids)
    assert set(outline.labels) <= set(outline.ids)
    assert {operation["operationId"] for _, _, operation in operations(mail=mail)} <= inside


@BOTH
def test_the_headings_of_the_page_skip_no_level(mail: bool) -> None:
    headings = Outline(page(document(mail=mail))).headings
    assert headings[0] == 1
    assert headings.count(1) == 1
    assert all(later - earlier <= 1 for earlier, later in pairwise(headings))


@BOTH
def test_the_page_says_of_each_operation_who_may_call_it(mail: bool) -> None:
    text = page(document(mail=mail))
    for path, method, operation in operations(mail=mail):
        article = text.partition(f'id="{operation["operationId"]}"')[2].partition("</article>")[0]
        who = article.partition("Who may call it:</strong> ")[2].partition("</p>")[0]
        if operation.get("security") == []:
            assert who == "anybody", (path, method)
        else:
            assert who.startswith("a signed-in user"), (path, method)
            is_for_tokens = path.startswith(("/tasks", "/jobs"))
            assert ("personal access token for <code>tasks:" in who) == is_for_tokens, (path, method)


@BOTH
def test_the_page_shows_every_example_of_an_answer(mail: bool) -> None:
    text = page(document(mail=mail))
    shown = 0
    for _, _, operation in operations(mail=mail):
        article = text.partition(f'id="{operation["operationId"]}"')[2].partition("</article>")[0]
        for status, response in operation["responses"].items():
            for media_type, content in response.get("content", {}).items():
                if "example" in content:
                    kind = "" if media_type == "application/json" else f", {media_type}"
                    assert f"<p>Answer, {status}{kind}:</p>" in article
                    assert readable(content["example"]) in article
                    shown += 1
    assert shown > 35


@BOTH
def test_the_page_shows_every_example_of_a_body(mail: bool) -> None:
    text = page(document(mail=mail))
    shown = 0
    for _, _, operation in operations(mail=mail):
        article = text.partition(f'id="{operation["operationId"]}"')[2].partition("</article>")[0]
        contents = operation.get("requestBody", {}).get("content", {}).values()
        examples = {name: example["value"] for content in contents for name, example in content["examples"].items()}
        for number, (name, value) in enumerate(examples.items()):
            if number == 0:
                assert escape(json.dumps(value, ensure_ascii=False)) in article
            else:
                assert f"<p>Another body, {name}:</p>" in article
                assert readable(value) in article
                shown += 1
    assert shown > 15
