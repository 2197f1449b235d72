"""Requests with one thing about them that no good client would send, each made again from its number."""

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from random import Random
from typing import Any, Final
from urllib.parse import quote

from tests.support import nasty
from tests.support.conformance import document
from tests.support.gateway import MAX_BYTES, Headers
from tests.support.nasty import text, value

MAX_BODY: Final = 1024 * 1024


@dataclass(frozen=True)
class Wired:
    """A request as it goes over the wire.

    Parameters
    ----------
    decodes_paths: whether the gateway hands a path on without percent-encoding.
    as_text: what the function finds in place of the body, when that is not what the gateway makes of it.
    in_base64: whether the function is told that the body is in base64.
    """

    method: str
    target: str
    body: bytes | None
    headers: Headers
    decodes_paths: bool = True
    as_text: str | None = None
    in_base64: bool = False

    def told(self) -> str:
        """The request, to be made again."""
        shown = [f"{name}={_shortened(value)}" for name, value in vars(self).items()]
        return "Wired(" + ", ".join(shown) + ")"


def _shortened(value: object) -> str:
    shown = repr(value)
    return shown if len(shown) < 4000 else f"{shown[:2000]} ... {shown[-500:]} ({len(shown)} characters)"


@dataclass(frozen=True)
class Scene:
    """What there is to take for something else: ids of all kinds, cursors, and tokens of others."""

    ids: tuple[str, ...]
    cursors: tuple[str, ...]
    tokens: tuple[str, ...]


Change = Callable[[Random, Wired, Scene], Wired]


# --- Bodies


def raw_body(chance: Random, request: Wired, _: Scene) -> Wired:
    """Bytes that are no JSON object, or hardly one."""
    good = request.body or b'{"title":"New"}'
    body = chance.choice(_BODIES)(chance, good)
    form = chance.random()
    if form < 0.1:
        return replace(request, body=body, as_text=base64.b64encode(body).decode(), in_base64=True)
    if form < 0.15:
        broken = ("", "=", "A", "!!!!", "AAA=AAAA", "é", "\ud800", base64.b64encode(body).decode() + "\n=", "eyJ")
        return replace(request, body=body or b"x", as_text=chance.choice(broken), in_base64=True)
    if form < 0.2:
        return replace(request, body=body or b"x", as_text=body.decode(errors="surrogateescape"))
    return replace(request, body=body)


def _cut(chance: Random, good: bytes) -> bytes:
    return good[: chance.randrange(len(good))]


def _flip(chance: Random, good: bytes) -> bytes:
    place = chance.randrange(len(good))
    return good[:place] + bytes([good[place] ^ 1 << chance.randrange(8)]) + good[place + 1 :]


def _insert(chance: Random, good: bytes) -> bytes:
    place = chance.randrange(len(good) + 1)
    junk = chance.choice(
        (b"\xff", b"\xc0\xaf", b"\xed\xa0\x80", b"\xf5\x80\x80\x80", b"\xe2\x82", b"\0", b"\x01", b"\\", b'"')
    )
    return good[:place] + junk + good[place:]


def _nested(chance: Random, _: bytes) -> bytes:
    depth = chance.choice((10, 100, 900, 1000, 1100, 5000, 20_000, 100_000))
    begin, end = chance.choice(((b"[", b"]"), (b'{"title":', b"}"), (b'{"a":[', b"]}"), (b"[", b"")))
    return begin * depth + b"1" * (begin != b"[") + end * depth


def _sized(chance: Random, _: bytes) -> bytes:
    size = MAX_BODY + chance.choice((-1, 0, 1))
    front = chance.choice((b'{"title":"', b'{"name":"', b'{"x":"', b'{"email":"'))
    letter = chance.choice((b"x", "é".encode(), b"\\u0000"))
    room = size - len(front) - 2
    return front + letter * (room // len(letter)) + b"x" * (room % len(letter)) + b'"}'


def _doubled(chance: Random, good: bytes) -> bytes:
    name = chance.choice((*_members_of(good), "x"))
    first, second = f"{json.dumps(name)}:{value(chance, name)}".encode(), f"{json.dumps(name)}:1".encode()
    return b"{" + first + b"," + second + b"}"


def _members_of(body: bytes) -> list[str]:
    try:
        members = json.loads(body)
    except ValueError:
        return []
    return list(members) if isinstance(members, dict) else []


_BODIES: Final[tuple[Callable[[Random, bytes], bytes], ...]] = (
    _cut,
    _flip,
    _insert,
    _insert,
    _nested,
    _doubled,
    _doubled,
    lambda chance, _: value(chance).encode(errors="surrogatepass"),
    lambda chance, _: chance.choice(
        (b"", b" ", b"{}", b"[]", b"{", b"}", b'""', b"null", b"true", b"{}{}", b"\0", b"{,}")
    ),
    lambda chance, good: good + chance.choice((b"x", b"{}", b"\0", b",", b"//", b"\n\n", b"]", b"\xef\xbb\xbf")),
    lambda chance, good: chance.choice((b"\xef\xbb\xbf", b")]}',\n", b"/**/", b"\n", b"\0", b"//\n", b"\x1e")) + good,
    lambda chance, good: good.decode(errors="replace").encode(
        chance.choice(("utf-16", "utf-16-le", "utf-32", "cp037", "utf-7"))
    ),
    lambda chance, _: chance.randbytes(chance.randint(1, 200)),
    lambda chance, _: b'{"' + b'":1,"'.join(b"%d" % n for n in range(chance.choice((10, 5000)))) + b'":1}',
    lambda chance, _: (
        b"a=b&title=New" if chance.random() < 0.5 else b"--x\r\nContent-Disposition: form-data\r\n\r\n--x--"
    ),
)


def large_body(chance: Random, request: Wired, _: Scene) -> Wired:
    """About as large as is taken, or larger than a gateway takes."""
    if request.body and chance.random() < 0.05:
        return replace(request, body=bytes(MAX_BYTES + chance.choice((0, 1))))
    return replace(request, body=_sized(chance, b""))


# --- Members

_HOLE: Final = "\x1ahole\x1a"
_UNKNOWN: Final = (
    *("user_id", "id", "pk", "sk", "version", "__proto__", "constructor", "$set", "admin", "role", "scope", "x" * 500),
    *(
        "created_at",
        "url",
        "",
        "\0",
        "\ud83d\ude00",
        "Title",
        "TITLE",
        "title ",
        "e\u0301",
        "a.b",
        "[0]",
        "password_hash",
    ),
)


def member(chance: Random, request: Wired, _: Scene) -> Wired:
    """A value of some member that it cannot have, or a member that nobody asked for."""
    sent = request.body or b""
    good = json.loads(sent) if sent.startswith(b"{") else {}
    holes = [*_holes(good)]
    known = properties(request.method, request.target)
    body = json.loads(json.dumps(good))
    for _turn in range(chance.choice((1, 1, 1, 2, 3))):
        if holes and chance.random() < 0.4:
            place = chance.choice(holes)
        else:
            names = known if known and chance.random() < 0.8 else _UNKNOWN
            place = (chance.choice(names),)
        _put(body, place, f"{_HOLE}{place[-1]}")
    if "title" in known and chance.random() < 0.3 and isinstance(body, dict):
        body.setdefault("due", "2026-12-01T10:00")
        body.setdefault("due_timezone", "Europe/Paris")
    written = json.dumps(body, ensure_ascii=chance.random() < 0.5)
    while (begin := written.find(json.dumps(_HOLE)[:-1])) >= 0:
        end = json.JSONDecoder().raw_decode(written, begin)[1]
        name = json.loads(written[begin:end]).removeprefix(_HOLE)
        written = written[:begin] + value(chance, name) + written[end:]
    return replace(request, body=written.encode(errors="surrogatepass"))


def _holes(good: Any, place: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [place] if place else []
    if isinstance(good, dict):
        return [*found, *(hole for name, inner in good.items() for hole in _holes(inner, (*place, name)))]
    if isinstance(good, list):
        return [*found, *(hole for index, inner in enumerate(good) for hole in _holes(inner, (*place, index)))]
    return found


def _put(body: Any, place: tuple[Any, ...], what: str) -> None:
    for step in place[:-1]:
        body = body[step] if not isinstance(body, str) else None
        if body is None:
            return
    if not isinstance(body, str):
        body[place[-1]] = what


@cache
def properties(method: str, target: str) -> tuple[str, ...]:
    """The members that the document has for the body of an operation."""
    operation = _operation(method, target)
    content = (operation or {}).get("requestBody", {}).get("content", {})
    return tuple(sorted({name for media in content.values() for name in _named(media.get("schema", {}))}))


def needs_members(method: str, target: str) -> bool:
    """Whether an operation cannot do without a body of JSON."""
    body = (_operation(method, target) or {}).get("requestBody", {})
    return bool(body.get("required")) and any("json" in media_type for media_type in body["content"])


def _operation(method: str, target: str) -> Any:
    path = target.partition("?")[0].split("/")
    for template, methods in sorted(document()["paths"].items(), key=lambda item: item[0].count("{")):
        parts = template.split("/")
        if len(parts) == len(path) and all(a == b or a.startswith("{") for a, b in zip(parts, path, strict=True)):
            return methods.get(method.lower())
    return None


def _named(schema: Mapping[str, Any]) -> set[str]:
    if "$ref" in schema:
        found: Any = document()
        for step in schema["$ref"].removeprefix("#/").split("/"):
            found = found[step]
        return _named(found)
    inner = [each for key in ("allOf", "anyOf", "oneOf") for each in schema.get(key, ())]
    return {*schema.get("properties", {}), *(name for each in inner for name in _named(each))}


# --- Headers

_HEADERS: Final = (
    *(
        "If-Match",
        "If-None-Match",
        "Idempotency-Key",
        "Content-Type",
        "Accept",
        "Cookie",
        "X-Taskward-Client",
        "Origin",
    ),
    *("X-Forwarded-For", "X-Taskward-Origin-Secret", "X-Taskward-Viewer-Origin", "X-Taskward-Viewer-Address", "Host"),
    *(
        "X-Forwarded-Host",
        "X-Http-Method-Override",
        "Content-Encoding",
        "Transfer-Encoding",
        "User-Agent",
        "Accept-Language",
    ),
    *(
        "Content-Length",
        "Range",
        "Expect",
        "Authorization",
        "X-Amzn-Trace-Id",
        "If-Modified-Since",
        "Referer",
        "Forwarded",
    ),
)
_HEADER_VALUES: Final = (
    *(
        "*",
        '"1"',
        'W/"1"',
        '"1", "2"',
        '"',
        '""',
        '"1',
        '1"',
        "1",
        '"' * 999,
        '"x",' * 2000,
        "W/",
        "W/*",
        '*, "1"',
        '"\0"',
    ),
    *(
        "application/json; charset=utf-16",
        "application/json;charset=utf-8;charset=x",
        "text/plain",
        "application/json,",
        ";",
    ),
    *(
        "multipart/form-data; boundary=x",
        "application/merge-patch+json",
        "APPLICATION/JSON",
        "a/b;" * 999,
        "gzip",
        "chunked",
    ),
    *(
        "__Host-taskward_refresh=",
        "__Host-taskward_refresh=x.y.z",
        "__Host-taskward_refresh==;;=;a",
        "a=b; " * 2000,
        "=",
        ";;",
    ),
    *(
        "127.0.0.1",
        "203.0.113.7, 10.0.0.1",
        "::1",
        "999.999.999.999",
        "unknown",
        "[::1]:80",
        "evil.example",
        "evil.example:99999",
    ),
    *(
        "https://evil.example",
        "null",
        "https://taskward.invalid",
        "a\r\nX: y",
        "a\nb",
        "é",
        "\u20ac",
        "\ud800",
        "\0",
        "x" * 8192,
    ),
    *(
        "bytes=0-1",
        "100-continue",
        "DELETE",
        "Bearer x.y.z",
        "-1",
        "99999999999999999999",
        "Thu, 01 Jan 1970 00:00:00 GMT",
        "",
    ),
)


def header(chance: Random, request: Wired, scene: Scene) -> Wired:
    """Headers that say something else, or the same twice."""
    headers = list(request.headers)
    for _ in range(chance.choice((1, 1, 2, 5))):
        name = chance.choice(_HEADERS)
        said = chance.choice(_HEADER_VALUES) if chance.random() < 0.8 else text(chance)
        if name == "Authorization" and chance.random() < 0.5:
            said = f"Bearer {chance.choice(scene.tokens)}"
        if chance.random() < 0.5:
            headers = [each for each in headers if each[0].lower() != name.lower()]
        if chance.random() < 0.3:
            name = chance.choice((name.lower(), name.upper(), name.replace("-", "_"), f"{name} "))
        headers += [(name, said)] * chance.choice((1, 1, 1, 3))
    if chance.random() < 0.05:
        headers += [(f"X-{number}", "x") for number in range(500)]
    return replace(request, headers=headers)


# --- Paths

_PATH_JUNK: Final = (
    *(
        "%2f",
        "%5c",
        "%2e%2e",
        "..",
        ".",
        "%252e%252e%252f",
        "%00",
        "%c0%af",
        "%e0%80%af",
        "%ff",
        "%0d%0a",
        "%20",
        "%09",
        "%zz",
    ),
    *(
        "//",
        "/../",
        "/./",
        ";a=b",
        "%3b",
        "%23",
        "%3f",
        "%26",
        "*",
        "{id}",
        "{proxy+}",
        "%7bid%7d",
        "~",
        "%e2%80%ae",
        "%f0%9f%98%80",
    ),
    *(
        "%u002e",
        "<",
        ">",
        "%22",
        "'",
        "|",
        "$",
        "x" * 5000,
        "%41" * 2000,
        "/x" * 500,
        "-",
        "_",
        "%2F%2F",
        "..%2f..%2f..%2fetc/passwd",
    ),
)


def path(chance: Random, request: Wired, scene: Scene) -> Wired:
    """Another path, or the same in other words."""
    plain, mark, query = request.target.partition("?")
    parts = plain.split("/")
    how = chance.random()
    if how < 0.35:
        parts[chance.randrange(1, len(parts))] = chance.choice(
            (
                chance.choice(scene.ids),
                quote(text(chance)[:3000], safe=""),
                chance.choice(_PATH_JUNK),
                quote(scene.cursors[0]),
            )
        )
    elif how < 0.7:
        place = chance.randrange(1, len(parts))
        inside = chance.randrange(len(parts[place]) + 1)
        parts[place] = parts[place][:inside] + chance.choice(_PATH_JUNK) + parts[place][inside:]
    elif how < 0.85:
        # A resource that is written out is one no more when it is encoded, to the gateway; to a function it may be.
        place = chance.choice([place for place, part in enumerate(parts) if "-" in part] or [0])
        parts[place] = "".join(f"%{ord(letter):02x}" if chance.random() < 0.5 else letter for letter in parts[place])
    else:
        parts = [
            *parts,
            chance.choice(("", "", "/", ".", "..", "x", chance.choice(scene.ids), "%2e", "complete", "restore")),
        ]
    method = request.method
    if chance.random() < 0.15:
        method = chance.choice(
            ("GET", "OPTIONS", "PUT", "PATCH", "DELETE", "POST", "TRACE", "CONNECT", "PROPFIND", "X")
        )
    changed = "/".join(parts) + mark + query
    return replace(request, method=method, target=changed, decodes_paths=chance.random() < 0.5)


# --- Queries

_QUERY_JUNK: Final = (
    *(
        "",
        "&",
        "=",
        "&&&",
        "a",
        "a=",
        "=a",
        "%",
        "%zz=%zz",
        "%ff=%ff",
        "%00=%00",
        "x=" + "y" * 9000,
        "&".join(["a=b"] * 2000),
        "a[]=1&a[b]=2",
    ),
    *(
        "a=1;b=2",
        "?a=b",
        "#x",
        "a=%E0%80%AF",
        "+=+",
        "%26%3d",
        "__proto__[x]=1",
        "a=1&A=2",
        "a=\u00e9",
        "callback=x",
        "_method=DELETE",
    ),
)
_NUMBERS: Final = (
    "0",
    "1",
    "100",
    "101",
    "-1",
    "1.0",
    "1e2",
    "٣",
    "³",
    " 1",
    "1 ",
    "+1",
    "0x1",
    "9" * 50,
    "",
    "NaN",
    "00001",
)


def query(chance: Random, request: Wired, scene: Scene) -> Wired:
    """Parameters that nobody knows, twice, or with values that they cannot have."""
    plain, _, own = request.target.partition("?")
    said = [own] if own and chance.random() < 0.5 else []
    known = _parameters(request.method, request.target)
    for _ in range(chance.choice((1, 1, 2, 4))):
        if not known or chance.random() < 0.15:
            said.append(chance.choice(_QUERY_JUNK))
            continue
        name = chance.choice(known)
        said.append(f"{name}={quote(_parameter(chance, name, scene), safe='', errors='replace')}")
        if chance.random() < 0.1:
            said.append(said[-1])
    return replace(request, target=f"{plain}?{'&'.join(said)}", decodes_paths=chance.random() < 0.5)


def _parameter(chance: Random, name: str, scene: Scene) -> str:
    if name in ("cursor", "since", "job") and chance.random() < 0.8:
        return cursor(chance, scene)
    if name == "limit" and chance.random() < 0.8:
        return chance.choice(_NUMBERS)
    if chance.random() < 0.3:
        choices = ("all", "open", "completed", "trashed", "due", "order", "updated", "asc", "desc", "true", "false")
        return chance.choice((*choices, "csv", "json", "ics", "todoist", "current", "high", "TRUE", "1"))
    return text(chance, name)


def cursor(chance: Random, scene: Scene) -> str:
    """What looks like a cursor; some are somebody's."""
    good = chance.choice(scene.cursors)
    data = base64.urlsafe_b64decode(good + "=" * (-len(good) % 4))
    how = chance.randrange(8)
    if how == 0:
        return good[: chance.randrange(len(good))]
    if how == 1:
        return _encoded(_flip(chance, data))
    if how == 2:
        return good + chance.choice(("=", "==", "\n", " ", "A", "+/", "%", "\0"))
    if how == 3:
        return _encoded(value(chance).encode(errors="surrogatepass"))
    if how == 4:
        mark = json.loads(data)[0]
        values = ",".join(value(chance) for _ in range(chance.choice((0, 1, 2, 3, 9))))
        return _encoded(f'["{mark}"{"," if values else ""}{values}]'.encode(errors="surrogatepass"))
    if how == 5:
        return _encoded(chance.randbytes(chance.randint(0, 90)))
    if how == 6:
        return chance.choice(scene.ids)
    return good


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


@cache
def _parameters(method: str, target: str) -> tuple[str, ...]:
    operation = _operation(method, target) or {}
    found = []
    for parameter in operation.get("parameters", ()):
        described = parameter
        if "$ref" in parameter:
            described = document()["components"]["parameters"][parameter["$ref"].rpartition("/")[2]]
        if described["in"] == "query":
            found.append(described["name"])
    return tuple(found)


# --- Files

_CALENDAR: Final = (
    b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VTODO\r\nUID:1\r\nSUMMARY:Pay\r\nDUE;TZID=Europe/Paris:20261201T100000\r\n"
    b"RRULE:FREQ=DAILY\r\nCATEGORIES:a,b\r\nEND:VTODO\r\nEND:VCALENDAR\r\n"
)
_FILES: Final = {
    "csv": (
        "text/csv",
        b"title,due,tags,priority,repeat,description\nPay,2026-12-01,a b,high,FREQ=DAILY,x\nMore,,,,,\n",
    ),
    "ics": ("text/calendar", _CALENDAR),
    "json": ("application/json", b'{"tasks":[{"title":"Pay","due":"2026-12-01","tags":["a"]},{"title":"More"}]}'),
    "todoist": (
        "text/csv",
        b"TYPE,CONTENT,PRIORITY,INDENT,AUTHOR,RESPONSIBLE,DATE,DATE_LANG,TIMEZONE\ntask,Pay,1,1,,,every day,en,UTC\n",
    ),
}


def file(chance: Random, request: Wired, _: Scene) -> Wired:
    """A file of some format, with something in it that it cannot have."""
    file_format = chance.choice(tuple(_FILES))
    media_type, content = _FILES[file_format]
    for _turn in range(chance.choice((1, 1, 2, 5))):
        content = _in_file(chance, content)
    query = f"format={file_format}" + chance.choice(("", "", "&dry_run=true", "&tz=Europe/Paris"))
    headers = [each for each in request.headers if each[0].lower() != "content-type"]
    return replace(
        request, target=f"/tasks/import?{query}", body=content, headers=[*headers, ("Content-Type", media_type)]
    )


def _in_file(chance: Random, content: bytes) -> bytes:
    if not content:
        return b"\xff"
    how = chance.random()
    if how < 0.2:
        return _flip(chance, content)
    if how < 0.4:
        return _insert(chance, content)
    if how < 0.5:
        return _cut(chance, content)
    if how < 0.55:
        return content.decode(errors="replace").encode(
            chance.choice(("utf-16", "utf-8-sig", "utf-32-be")), errors="replace"
        )
    if how < 0.6:
        lines = content.splitlines(keepends=True)
        return b"".join(chance.sample(lines, len(lines)))
    if how < 0.65:
        return content * chance.choice((2, 30))
    words = [
        *{word for word in content.replace(b"\r", b"\n").replace(b"\n", b",").replace(b":", b",").split(b",") if word}
    ]
    if not words:
        return content + b","
    pools = (nasty.TEXTS, nasty.DATES, nasty.RULES, nasty.ZONES, nasty.NUMBERS, nasty.OTHERS, nasty.HALVES)
    new = chance.choice(chance.choice(pools)).encode(errors="surrogatepass")
    return content.replace(chance.choice(sorted(words)), new, 1)


CHANGES: Final[Mapping[str, Change]] = {
    "raw bodies": raw_body,
    "bodies of a mebibyte": large_body,
    "values of members": member,
    "headers": header,
    "paths": path,
    "queries": query,
    "files": file,
}
