"""Values of the formats of the OpenAPI document that are its own, or that the service takes a part of."""

from zoneinfo import available_timezones

import schemathesis
from hypothesis import strategies as st

from tests.support.recurrence import soon, usual_dues

_zones = st.sampled_from(["UTC", "Europe/Paris", "Asia/Kolkata", "Etc/GMT+10", *sorted(available_timezones())[::40]])
_names = st.text("abcdefghijklmnopqrstuvwxyz0123456789", min_size=1, max_size=20)
# Of domains that people have addresses at: names that are reserved for tests are refused.
_addresses = st.builds("{}.{}@example.{}".format, _names, _names, st.sampled_from(["com", "org", "net"]))


def register() -> None:
    """Have schemathesis draw these values."""
    schemathesis.openapi.format("time-zone", _zones)
    schemathesis.openapi.format("date-or-date-time", usual_dues)
    schemathesis.openapi.format("rrule", soon)
    schemathesis.openapi.format("idn-email", _addresses)
