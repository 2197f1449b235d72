"""Every known forgery of a signed token, everywhere that takes one: refused, before anything is read or written."""

import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

import pytest

from taskward import clock as service_clock
from taskward.identity import keyring
from tests.conftest import Clock
from tests.support.figures import Figure
from tests.support.forgeries import SPACE, Forge, Forgery, mixed
from tests.support.listener import Listener, listening
from tests.support.naming import naming
from tests.support.snapshots import ATTEMPTS, changes, snapshot
from tests.support.token_places import PLACES, Holder, Place, holder
from tests.support.wire import Wire, held

pytestmark = pytest.mark.usefixtures("moto_tables", "weak_hashes", "mail_off")

SEED: Final = 7515

Lines = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def ada(clock: Clock) -> Holder:
    return holder("ada@example.com", clock)


@pytest.fixture
def server() -> Iterator[Listener]:
    with listening() as found:
        yield found


def forge_of(token: str, server: str) -> Forge:
    return Forge(token, keyring.signing_key().private_key, server, service_clock.epoch())


def some(forgeries: Sequence[Forgery], most: int) -> Sequence[Forgery]:
    """Of each kind so many at most, always the same ones."""
    chosen = random.Random(SEED)
    of_kind: dict[str, list[Forgery]] = {}
    for forgery in forgeries:
        of_kind.setdefault(forgery.kind, []).append(forgery)
    return [one for kind in of_kind.values() for one in (kind if len(kind) <= most else chosen.sample(kind, most))]


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.name)
def test_no_forgery_is_taken_and_the_genuine_token_is(
    place: Place, ada: Holder, server: Listener, clock: Clock, thorough: bool, lines: Lines, figure: Figure
) -> None:
    genuine, another = place.token(ada), place.token(holder("ben@example.com", clock))
    forge = forge_of(genuine, server.address)
    forgeries = [*forge.all(), *forge.bits(), *mixed(genuine, another)]
    if place.in_header:
        forgeries = [forgery for forgery in forgeries if forgery.kind != SPACE and forgery.text]
    if not thorough:
        forgeries = list(some(forgeries, 30 if place == PLACES[0] else 2))
    elif place != PLACES[0]:
        # All places have one verifier: of each bit that can be changed, one place is enough.
        forgeries = list(some(forgeries, 200))
    before, refused = snapshot(), Counter[str]()
    with held(Wire(knows_tokens=False)) as wire:
        for forgery in forgeries:
            wire.requests.clear()
            with naming(forgery.told):
                refusal = place.refusal(forgery)
                assert place.show(ada, forgery.text) == refusal
                assert tuple(wire.requests) == place.asked_of_database(refusal)
            refused[forgery.kind] += 1
    assert changes(before, snapshot(), but=[ATTEMPTS]) == {}
    assert ada.gateway.crashes == []
    assert server.asked == []
    logged = str(lines())
    assert all(forgery.text not in logged for forgery in forgeries if len(forgery.text) > 20)
    place.works(ada, genuine)
    of_kinds = ", ".join(f"{kind} {number}" for kind, number in refused.items())
    figure(f"{len(forgeries)} forgeries refused by {place.name}" + f": {of_kinds}" * (place == PLACES[0]))
