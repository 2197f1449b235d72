"""Values that programs have been broken with, each as the text it has in JSON, and texts for other places."""

# Letters that are taken for others are what it is about.
# ruff: noqa: RUF001

import json
from random import Random
from typing import Final

TEXTS: Final = (
    *("", " ", "\t", "\n", "\r\n", "a\r\nSet-Cookie: a=b", "\0", "a\0b", "\x1b[2J", "\x7f", "\x85", "\u2028", "\u00a0"),
    *("\ufeff", "\u200b", "a\u200bb", "\u202ereversed", "\u2066x\u2069", "e\u0301", "\u00e9", "\ufb01", "\u212b", "ß"),
    *(
        "\u0130i\u0131",
        "Z\u0351\u036b\u0343" * 20,
        "שלום",
        "مرحبا",
        "你好",
        "👩‍👩‍👧‍👦",
        "\U0001f600",
        "\U0010ffff",
        "\ufffe",
        "\uffff",
    ),
    *("x" * 50, "x" * 51, "x" * 100, "x" * 200, "x" * 201, "é" * 200, "👩" * 200, "x" * 300, "x" * 1025, "x" * 2049),
    *("x" * 8192, "x" * 8193, "👩" * 8192, "x" * 100_000, " " * 5000 + "x", "\u0301" * 1000),
    *("__proto__", "constructor", "hasOwnProperty", "undefined", "null", "NaN", "true", "0", "-1", "1e400"),
    *("' OR '1'='1", "1; DROP TABLE tasks--", '{"$gt": ""}', "$where", "%s%n%x", "%(a)s", "{0.__class__}", "${7*7}"),
    *("{{7*7}}", "<%= 7*7 %>", "#{7*7}", "<script>alert(1)</script>", "${jndi:ldap://127.0.0.1/a}", "`id`", "$(id)"),
    *(
        "../../etc/passwd",
        "..\\..\\win.ini",
        "file:///etc/passwd",
        "\\\\host\\share",
        "=1+1",
        "@SUM(1)",
        "a" + "/.." * 50,
    ),
    *("ATTEMPT#", "USER#", "EMAIL#ada@example.com", "KEYS", "PUBLISHED", "begins_with(pk, :x)", "#name", ":value"),
    *("00000000-0000-0000-0000-000000000000", "g" * 36, "0" * 36, "urn:uuid:00000000-0000-0000-0000-000000000000"),
)

DATES: Final = (
    *("0000-00-00", "0001-01-01", "9999-12-31", "10000-01-01", "-0001-01-01", "2026-02-29", "2026-02-30", "2024-02-29"),
    *("2026-13-01", "2026-00-10", "2026-1-1", "20261201", "2026-W01-1", "2026-335", "01/12/2026", "today", "12:00"),
    *("9999-12-31T23:59:59", "9999-12-31T23:59:60Z", "2026-12-01T24:00", "2026-12-01T10:00:60", "2026-12-01T10"),
    *("2026-12-01T10:00Z", "2026-12-01T10:00+14:00", "2026-12-01T10:00-23:59", "2026-12-01T10:00+99:99"),
    *("2026-12-01 10:00", "2026-12-01t10:00z", "2026-12-01T10:00:00.123456789", "2026-12-01T10:00,5", "+2026-12-01"),
    *("٢٠٢٦-١٢-٠١", "2026−12−01", " 2026-12-01", "2026-12-01 ", "2026-12-01\n", "2026-12-01\0", "2026-03-29T02:30"),
    *("99999999999-01-01", "1e9", "-62135596800", "0001-01-01T00:00", "1582-10-10", "2026-12-01T10:00[Europe/Paris]"),
)

RULES: Final = (
    *(
        "FREQ=DAILY",
        "FREQ=WEEKLY;BYDAY=MO,TU",
        "freq=daily",
        "RRULE:FREQ=DAILY",
        "FREQ=SECONDLY",
        "FREQ=MINUTELY;COUNT=1",
    ),
    *(
        "FREQ=DAILY;INTERVAL=0",
        "FREQ=DAILY;INTERVAL=-1",
        "FREQ=DAILY;INTERVAL=99999999999999999999",
        "FREQ=DAILY;COUNT=0",
    ),
    *("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", "FREQ=MONTHLY;BYSETPOS=-366"),
    *(
        "FREQ=YEARLY;BYEASTER=0",
        "FREQ=DAILY;UNTIL=20260101T000000Z",
        "FREQ=DAILY;UNTIL=99991231",
        "FREQ=DAILY;COUNT=1e9",
    ),
    *("FREQ=DAILY;FREQ=WEEKLY", "FREQ=", "=", ";", "FREQ=DAILY;;", "FREQ=DAILY;BYDAY=99MO", "FREQ=DAILY;X=Y", "FREQ"),
    *(
        "FREQ=MONTHLY;BYDAY=5FR,-5FR",
        "FREQ=DAILY;COUNT=1;UNTIL=20270101",
        "FREQ=DAILY\nDTSTART:19700101",
        "FREQ=DAILY;WKST=XX",
    ),
    *(
        "FREQ=MONTHLY;BYMONTHDAY=" + ",".join(map(str, range(1, 32))),
        "FREQ=YEARLY;BYYEARDAY=366;INTERVAL=3",
        "FREQ=HOURLY",
    ),
    "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=31;BYDAY=MO",
)

ZONES: Final = (
    *(
        "UTC",
        "Europe/Paris",
        "europe/paris",
        "../../etc/passwd",
        "/etc/passwd",
        "Europe/../Europe/Paris",
        "EST5EDT",
        "PST",
    ),
    *("GMT+1", "Etc/GMT+12", "Etc/GMT+99", "+01:00", "Z", "Local", "posixrules", "right/UTC", "tzdata.zi", "America"),
    *(
        "US/Pacific-New",
        "Factory",
        "Europe/Paris\0",
        "Europe/Paris ",
        "Asia/Kolkata",
        "Antarctica/Troll",
        "C:\\",
        "zone.tab",
    ),
)

ADDRESSES: Final = (
    *("ADA@EXAMPLE.COM", "ada@example.com ", "ada@еxample.com", "a@b", "@", "a@", "@b.example", "a b@example.com"),
    *(
        '"a b"@example.com',
        "a@[127.0.0.1]",
        "a@127.0.0.1",
        "a@xn--e1afmkfd.example",
        "ä@exämple.com",
        "a@example.com\nBcc: b@c.de",
    ),
    *(
        "a" * 64 + "@example.com",
        "a" * 65 + "@example.com",
        "a@" + "b" * 250 + ".com",
        "a+b@example.com",
        "a@b@example.com",
    ),
    *(
        "<a@example.com>",
        "a@example.com,b@example.com",
        "a@example..com",
        "a@-example.com",
        "mailto:a@example.com",
        "a\0@example.com",
    ),
)

NUMBERS: Final = (
    *(
        "0",
        "-0",
        "0.0",
        "-0.0",
        "1",
        "-1",
        "1.0",
        "1e0",
        "0.1",
        "1e-400",
        "1e400",
        "-1e400",
        "1E+2",
        "1e-100",
        "1e-130",
    ),
    *(
        "9007199254740991",
        "9007199254740992",
        "9007199254740993",
        "-9007199254740993",
        "1e308",
        "1e16",
        "123456789.12345678",
    ),
    *(
        "9" * 38,
        "9" * 39,
        "9" * 400,
        "9" * 5000,
        "1" + "0" * 5000,
        "0." + "0" * 400 + "1",
        "0." + "3" * 5000,
        "2147483648",
    ),
)

OTHERS: Final = (
    *(
        "null",
        "true",
        "false",
        "[]",
        "{}",
        "[[]]",
        '[""]',
        "[null]",
        "[1]",
        '["a","a"]',
        '{"a":1}',
        '{"__proto__":{"x":1}}',
    ),
    *(
        "[" * 100 + "]" * 100,
        '{"a":' * 100 + "1" + "}" * 100,
        "[" + ",".join(["0"] * 5000) + "]",
        '["' + '","'.join("abcdefghijklmnopqrstuvwxyz") + '"]',
    ),
    *(
        '["' + "x" * 51 + '"]',
        '["\\u0000"]',
        '["\\ud800"]',
        '{"op":"create"}',
        "[{}]",
        "[true,false]",
        '["tasks:read","tasks:read"]',
    ),
)

HALVES: Final = ('"\\ud800"', '"a\\udfff"', '"\\udc00\\ud800"', '"\\ud83d"', '"x\\ud83d y"')
"""Of surrogate pairs, in escapes: no Unicode text has them, though JSON's grammar does."""

NOT_JSON: Final = (
    "NaN",
    "Infinity",
    "-Infinity",
    "undefined",
    "'a'",
    "01",
    ".5",
    "1.",
    "+1",
    "0x10",
    '"\t"',
    '"\\x41"',
    "[1,]",
)

_OF_NAMES: Final = {
    "due": DATES,
    "due_timezone": ZONES,
    "timezone": ZONES,
    "tz": ZONES,
    "repeat": RULES,
    "email": ADDRESSES,
    "due_before": DATES,
    "due_after": DATES,
}


def text(chance: Random, name: str = "") -> str:
    """A text for a member or a parameter of this name."""
    if name in _OF_NAMES and chance.random() < 0.7:
        return chance.choice(_OF_NAMES[name])
    if chance.random() < 0.1:
        return "".join(map(chr, chance.choices([*range(0xD800), *range(0xE000, 0x11000)], k=chance.randint(1, 40))))
    return chance.choice(TEXTS)


def value(chance: Random, name: str = "") -> str:
    """The JSON of a value for a member of this name, or what looks like one."""
    kind = chance.random()
    if kind < 0.5:
        return json.dumps(text(chance, name), ensure_ascii=chance.random() < 0.5)
    if kind < 0.65:
        return chance.choice(NUMBERS)
    if kind < 0.85:
        return chance.choice(OTHERS)
    return chance.choice(HALVES if kind < 0.95 else NOT_JSON)
