"""The documentation page: the OpenAPI document as one HTML page that needs no script and nothing from elsewhere."""

import json
import re
import shlex
from collections.abc import Iterable, Iterator
from html import escape
from typing import Any

from local.openapi.style import STYLE

Json = dict[str, Any]

_JSON = "application/json"
_KEBAB = re.compile(r"[^a-z0-9]+")


def page(document: Json) -> str:
    """The whole page."""
    return "\n".join(_Page(document).parts()) + "\n"


class _Page:
    """Renders one document; its parts refer to the document's components."""

    def __init__(self, document: Json) -> None:
        self.document = document
        self.security: list[Json] = document["security"]
        self.groups = {tag["name"]: list(self._operations(tag["name"])) for tag in document["tags"]}

    def _operations(self, tag: str) -> Iterator[tuple[str, str, Json]]:
        for path, methods in self.document["paths"].items():
            for method, operation in methods.items():
                if tag in operation["tags"]:
                    yield method.upper(), path, operation

    def resolved(self, thing: Json) -> Json:
        """What a reference stands for; anything else as it is."""
        while "$ref" in thing:
            kind, name = thing["$ref"].removeprefix("#/components/").split("/")
            thing = self.document["components"][kind][name]
        return thing

    def parts(self) -> Iterator[str]:
        info = self.document["info"]
        yield '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">'
        yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
        yield '<meta name="color-scheme" content="light dark">'
        yield f"<title>{escape(info['title'])} API</title>\n<style>{STYLE}</style>\n</head>\n<body>"
        yield '<a class="skip" href="#content">Skip to the content</a>'
        yield f"<header><h1>{escape(info['title'])} API</h1>"
        yield f"<p>{escape(info['summary'])} Version {escape(info['version'])}.</p></header>"
        yield from self._contents()
        yield '<main id="content">'
        yield f'<section id="introduction" aria-label="Introduction">{_markdown(info["description"])}'
        yield (
            '<h2 id="trying-it">Trying it</h2><p>The examples are for a shell in which <code>API</code> is the address '
            "of this page without its last part, <code>TOKEN</code> an access token and <code>ID</code> the id of what "
            'it is about. Programs can read the same as an <a href="openapi.json">OpenAPI document</a>.</p></section>'
        )
        for tag in self.document["tags"]:
            anchor = _anchor(tag["name"])
            yield f'<section aria-labelledby="{anchor}"><h2 id="{anchor}">{escape(tag["name"])}</h2>'
            yield _markdown(tag["description"])
            for method, path, operation in self.groups[tag["name"]]:
                yield from self._operation(method, path, operation)
            yield "</section>"
        yield '<section aria-labelledby="schemas"><h2 id="schemas">Schemas</h2>'
        for name, schema in self.document["components"]["schemas"].items():
            yield f'<article id="schema-{name}" aria-labelledby="{name}"><h3 id="{name}">{name}</h3>'
            yield _markdown(schema.get("description", ""))
            yield self._schema_table(name, schema) + "</article>"
        yield "</section>\n</main>\n</body>\n</html>"

    def _contents(self) -> Iterator[str]:
        yield '<nav aria-label="Contents"><ul>'
        titles = re.findall(r"^## (.+)$", self.document["info"]["description"], re.MULTILINE)
        for title in [*titles, "Trying it"]:
            yield f'<li><a href="#{_anchor(title)}">{escape(title)}</a></li>'
        yield "</ul>"
        for tag, operations in self.groups.items():
            yield f'<p><a href="#{_anchor(tag)}">{escape(tag)}</a></p><ul>'
            for method, path, operation in operations:
                link = f'<a href="#{operation["operationId"]}">{_method(method)} <code>{_path(path)}</code></a>'
                yield f"<li>{link}</li>"
            yield "</ul>"
        yield '<p><a href="#schemas">Schemas</a></p><ul>'
        for name in self.document["components"]["schemas"]:
            yield f'<li><a href="#schema-{name}">{name}</a></li>'
        yield "</ul></nav>"

    # --- One operation -----------------------------------------------------------------------------------------------

    def _operation(self, method: str, path: str, operation: Json) -> Iterator[str]:
        anchor = operation["operationId"]
        security = operation.get("security", self.security)
        yield f'<article class="operation" id="{anchor}" aria-labelledby="{anchor}-title">'
        yield f'<h3 id="{anchor}-title">{escape(operation["summary"])}</h3>'
        yield f'<p class="route">{_method(method)} <code>{_path(path)}</code></p>'
        yield _markdown(operation["description"])
        yield f"<p><strong>Who may call it:</strong> {_callers(security)}</p>"
        summary = operation["summary"]
        parameters = [self.resolved(parameter) for parameter in operation.get("parameters", [])]
        if parameters:
            rows: list[tuple[str, ...]] = [
                (
                    f"<code>{escape(parameter['name'])}</code>",
                    parameter["in"] + (", required" if parameter.get("required") else ""),
                    self._type(parameter["schema"]),
                    _inline(parameter["description"]),
                )
                for parameter in parameters
            ]
            yield "<h4>Parameters</h4>"
            yield _table(f"Parameters: {summary}", ("Name", "In", "Type", "Meaning"), rows)
        if body := operation.get("requestBody"):
            yield from self._request(summary, body)
        yield "<h4>Answers</h4>"
        rows = [self._response_row(status, response) for status, response in operation["responses"].items()]
        yield _table(f"Answers: {summary}", ("Status", "Meaning", "Headers", "Body"), rows)
        yield "<h4>Example</h4>"
        yield _code(_curl(method, path, operation, public=not security), "Request")
        for name, example in _examples(operation)[1:]:
            yield f"<p>Another body, {escape(name)}:</p>"
            yield _code(_indented(example), f"Another body, {escape(name)}")
        for status, response in operation["responses"].items():
            for media_type, content in self.resolved(response).get("content", {}).items():
                if "example" in content and media_type != "application/problem+json":
                    kind = "" if media_type == _JSON else f", {media_type}"
                    yield f"<p>Answer, {status}{kind}:</p>"
                    yield _code(_indented(content["example"]), f"Answer {status}{kind}")
        yield "</article>"

    def _request(self, summary: str, body: Json) -> Iterator[str]:
        media_types: dict[str, list[str]] = {}
        for media_type, content in body["content"].items():
            media_types.setdefault(self._type(content["schema"]), []).append(f"<code>{media_type}</code>")
        kinds = ", or ".join(f"{schema} as {' or '.join(named)}" for schema, named in media_types.items())
        need = "required" if body["required"] else "may be left out"
        yield f"<h4>Body</h4><p>{kinds}; {need}.</p>"
        schema = self.resolved(next(iter(body["content"].values()))["schema"])
        yield self._schema_table(f"Body: {summary}", schema)

    def _response_row(self, status: str, response: Json) -> tuple[str, ...]:
        response = self.resolved(response)
        headers = "<br>".join(
            f"<code>{name}</code> {_inline(self.resolved(header)['description'])}"
            for name, header in response.get("headers", {}).items()
        )
        bodies = []
        for media_type, content in response.get("content", {}).items():
            schema = content["schema"]
            # A refusal narrows the problem document to its own codes, which its description names already.
            shown = self._type(schema["allOf"][0] if "allOf" in schema else schema)
            bodies.append(f"{shown}<br><code>{media_type}</code>")
        return f"<strong>{status}</strong>", _markdown(response["description"]), headers, "<br>".join(bodies) or "none"

    # --- Schemas -----------------------------------------------------------------------------------------------------

    def _schema_table(self, caption: str, schema: Json) -> str:
        if "properties" not in schema:
            return f"<p>{self._type(schema)}</p>"
        required = schema.get("required", [])
        rows = [
            (
                f"<code>{name}</code>",
                self._type(member),
                "yes" if name in required else "no",
                self._meaning(member),
            )
            for name, member in schema["properties"].items()
        ]
        return _table(caption, ("Member", "Type", "Required", "Meaning"), rows)

    def _meaning(self, schema: Json) -> str:
        texts = [_inline(schema["description"])] if "description" in schema else []
        if "default" in schema:
            texts.append(f"Default: <code>{escape(json.dumps(schema['default']))}</code>")
        return "<br>".join(texts)

    def _type(self, schema: Json) -> str:
        if "$ref" in schema:
            name = schema["$ref"].rpartition("/")[2]
            return f'<a href="#schema-{name}">{name}</a>'
        if choices := schema.get("anyOf") or schema.get("oneOf"):
            return " or ".join(self._type(choice) for choice in choices)
        if "enum" in schema:
            return "one of " + ", ".join(f"<code>{escape(str(value))}</code>" for value in schema["enum"])
        if "const" in schema:
            return f"<code>{escape(json.dumps(schema['const']))}</code>"
        if "type" not in schema:
            return "any"
        types = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
        if "items" in schema:
            return f"array{_limits(schema)} of {self._type(schema['items'])}"
        return " or ".join(types) + _limits(schema)


def _limits(schema: Json) -> str:
    found = [schema["format"]] if "format" in schema else []
    for least, most, unit in (
        ("minLength", "maxLength", " characters"),
        ("minItems", "maxItems", " items"),
        ("minimum", "maximum", ""),
    ):
        low, high = schema.get(least), schema.get(most)
        if low is not None and high is not None:
            found.append(f"{low} to {high}{unit}")
        elif low is not None or high is not None:
            found.append(f"at least {low}{unit}" if high is None else f"at most {high}{unit}")
    if schema.get("uniqueItems"):
        found.append("all different")
    return f" ({', '.join(found)})" if found else ""


# --- HTML and the little Markdown that the document uses -------------------------------------------------------------


def _anchor(text: str) -> str:
    return _KEBAB.sub("-", text.lower()).strip("-")


def _method(method: str) -> str:
    return f'<span class="method {method.lower()}">{method}</span>'


def _callers(security: list[Json]) -> str:
    scopes = [scope for requirement in security for scopes in requirement.values() for scope in scopes]
    if not security:
        return "anybody"
    user = "a signed-in user: <code>Authorization: Bearer</code> with an access token"
    return user + "".join(f", or with a personal access token for <code>{scope}</code>" for scope in scopes)


def _path(path: str) -> str:
    # A narrow window may break a path at its slashes.
    return escape(path).replace("/", "/<wbr>")


def _code(text: str, label: str) -> str:
    return f'<pre tabindex="0" role="group" aria-label="{label}"><code>{escape(text)}</code></pre>'


def _table(caption: str, columns: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    """A table that scrolls by itself where it is too wide; cells are HTML, the first of each row is its heading."""
    heads = "".join(f'<th scope="col">{column}</th>' for column in columns)
    lines = [
        f'<tr><th scope="row">{first}</th>' + "".join(f"<td>{cell}</td>" for cell in rest) + "</tr>"
        for first, *rest in rows
    ]
    label = escape(caption)
    return (
        f'<div class="table" tabindex="0" role="group" aria-label="{label}"><table><caption>{label}</caption>\n'
        f"<thead><tr>{heads}</tr></thead>\n<tbody>\n" + "\n".join(lines) + "\n</tbody></table></div>"
    )


def _inline(text: str) -> str:
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(text))


def _markdown(text: str) -> str:
    """Headings of the second level, paragraphs, lists and tables with heads."""
    return "\n".join(_block(block.strip()) for block in text.split("\n\n") if block.strip())


def _block(block: str) -> str:
    lines = block.split("\n")
    if block.startswith("## "):
        return f'<h2 id="{_anchor(block)}">{_inline(block[3:])}</h2>'
    if block.startswith("- "):
        return "<ul>" + "".join(f"<li>{_inline(line[2:])}</li>" for line in lines) + "</ul>"
    if block.startswith("|"):
        head, _, *rows = [tuple(_inline(cell.strip()) for cell in line.strip("|").split("|")) for line in lines]
        return _table("Problem codes", head, rows)
    return f"<p>{_inline(block)}</p>"


def _examples(operation: Json) -> list[tuple[str, Any]]:
    """The names and values of the examples of an operation's body, each once, whatever media types it is in."""
    contents = operation.get("requestBody", {}).get("content", {}).values()
    return list(
        {name: example["value"] for content in contents for name, example in content["examples"].items()}.items()
    )


def _indented(value: Any) -> str:
    """A value in JSON; of a file that is none, its lines."""
    return value.replace("\r\n", "\n") if isinstance(value, str) else json.dumps(value, indent=2, ensure_ascii=False)


def _curl(method: str, path: str, operation: Json, *, public: bool) -> str:
    """The request as a shell command, with the first example of its body."""
    address = f'"$API{path}"'.replace("{id}", "$ID")
    parts = [f"curl {address}" if method == "GET" else f"curl -X {method} {address}"]
    if not public:
        parts.append('-H "Authorization: Bearer $TOKEN"')
    for _, example in _examples(operation)[:1]:
        media_type = next(iter(operation["requestBody"]["content"]))
        parts.append(f'-H "Content-Type: {media_type}"')
        parts.append("-d " + shlex.quote(json.dumps(example, ensure_ascii=False)))
    return " \\\n  ".join(parts)
