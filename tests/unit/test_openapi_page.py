"""The page that shows the OpenAPI document: well formed, usable without a script, and whole."""

import re
from html.parser import HTMLParser
from itertools import pairwise

from local.openapi_page import page
from tests.support.conformance import document


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


def test_the_page_is_well_formed_and_needs_nothing_from_elsewhere() -> None:
    text = page(document())
    outline = Outline(text)
    assert outline.open == []
    assert not outline.tags & {"script", "link", "img", "iframe", "object"}
    assert "@import" not in text
    assert "url(" not in text
    assert {target for target in outline.targets if not target.startswith("#")} == {"openapi.json"}


def test_every_link_and_label_of_the_page_leads_somewhere() -> None:
    outline = Outline(page(document()))
    assert len(set(outline.ids)) == len(outline.ids)
    inside = {target.removeprefix("#") for target in outline.targets if target.startswith("#")}
    assert inside <= set(outline.ids)
    assert set(outline.labels) <= set(outline.ids)
    operations = [operation for methods in document()["paths"].values() for operation in methods.values()]
    assert {operation["operationId"] for operation in operations} <= inside


def test_the_headings_of_the_page_skip_no_level() -> None:
    headings = Outline(page(document())).headings
    assert headings[0] == 1
    assert headings.count(1) == 1
    assert all(later - earlier <= 1 for earlier, later in pairwise(headings))
