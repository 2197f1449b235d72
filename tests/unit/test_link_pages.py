"""The local pages for links in mails are those that mails lead to, and send tokens where the API takes them."""

from local import link_pages
from taskward.identity import links
from tests.support.template import resources


def test_there_is_a_page_for_every_kind_of_link() -> None:
    assert set(link_pages.PAGES) == set(links.PAGES.values())


def test_each_page_sends_its_token_to_a_route_that_there_is() -> None:
    events = resources("AWS::Serverless::Function")["RecoveryFunction"]["Events"].values()
    taken = {f"/api{event['Properties']['Path']}" for event in events}
    assert {route for _, route, _ in link_pages.PAGES.values()} <= taken
