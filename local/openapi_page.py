"""The documentation page: the OpenAPI document as one HTML page that needs no script and nothing from elsewhere."""

import json
import re
import shlex
from collections.abc import Iterable, Iterator
from html import escape
from typing import Any

Json = dict[str, Any]

_KEBAB = re.compile(r"[^a-z0-9]+")


def page(document: Json) -> str:
    """The whole page."""
    return "\n".join(_Page(document).parts()) + "\n"


class _Page:
    """Renders one document; its parts refer to the document's components."""

    def __init__(self, document: Json) -> None:
        self.document = document
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
        yield f"<title>{escape(info['title'])} API</title>\n<style>{_STYLE}</style>\n</head>\n<body>"
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
        public = operation.get("security") == []
        yield f'<article class="operation" id="{anchor}" aria-labelledby="{anchor}-title">'
        yield f'<h3 id="{anchor}-title">{escape(operation["summary"])}</h3>'
        yield f'<p class="route">{_method(method)} <code>{_path(path)}</code></p>'
        yield _markdown(operation["description"])
        who = "anybody" if public else "a signed-in user: <code>Authorization: Bearer</code> with an access token"
        yield f"<p><strong>Who may call it:</strong> {who}</p>"
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
        yield _code(_curl(method, path, operation, public=public), "Request")
        for response in map(self.resolved, operation["responses"].values()):
            for content in response.get("content", {}).values():
                if "example" in content and "application/problem+json" not in response["content"]:
                    yield _code(json.dumps(content["example"], indent=2, ensure_ascii=False), "Answer")
        yield "</article>"

    def _request(self, summary: str, body: Json) -> Iterator[str]:
        media_types = " or ".join(f"<code>{media_type}</code>" for media_type in body["content"])
        schema = next(iter(body["content"].values()))["schema"]
        need = "required" if body["required"] else "may be left out"
        yield f"<h4>Body</h4><p>{self._type(schema)} as {media_types}; {need}.</p>"
        yield self._schema_table(f"Body: {summary}", self.resolved(schema))

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
        if "anyOf" in schema:
            return " or ".join(self._type(choice) for choice in schema["anyOf"])
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


def _curl(method: str, path: str, operation: Json, *, public: bool) -> str:
    """The request as a shell command, with the first example of its body."""
    address = f'"$API{path}"'.replace("{id}", "$ID")
    parts = [f"curl {address}" if method == "GET" else f"curl -X {method} {address}"]
    if not public:
        parts.append('-H "Authorization: Bearer $TOKEN"')
    if body := operation.get("requestBody"):
        media_type, content = next(iter(body["content"].items()))
        example = next(iter(content["examples"].values()))["value"]
        parts.append(f'-H "Content-Type: {media_type}"')
        parts.append("-d " + shlex.quote(json.dumps(example, ensure_ascii=False)))
    return " \\\n  ".join(parts)


# Light and dark, wide and narrow, on screen and on paper.
_STYLE = """
:root {
  color-scheme: light dark;
  --ground: #fbfbfa; --raised: #ffffff; --ink: #1c2126; --quiet: #545d66; --line: #d9dde1; --link: #0b57a8;
  --code: #eef1f4; --get: #0a5c36; --post: #0b4fa0; --put: #7a4a00; --patch: #5b2a94; --delete: #a01c1c;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #14181c; --raised: #1b2026; --ink: #e6e9ec; --quiet: #a7b0b9; --line: #343c45; --link: #86b9ff;
    --code: #262d35; --get: #7bd3a4; --post: #8fbcff; --put: #f0bd70; --patch: #cdaaff; --delete: #ff9c9c;
  }
}
* { box-sizing: border-box; }
html { scroll-padding-top: 1rem; }
@media (prefers-reduced-motion: no-preference) { html { scroll-behavior: smooth; } }
body {
  margin: 0; background: var(--ground); color: var(--ink);
  font: 1rem/1.6 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif;
  display: grid; grid-template: "header header" auto "nav main" auto / 19rem minmax(0, 1fr);
}
header { grid-area: header; padding: 1.5rem 2rem; border-bottom: 1px solid var(--line); background: var(--raised); }
header h1 { margin: 0; font-size: 1.7rem; line-height: 1.2; }
header p { margin: .3rem 0 0; color: var(--quiet); }
nav {
  grid-area: nav; position: sticky; top: 0; align-self: start; max-height: 100vh; overflow-y: auto;
  padding: 1.5rem 1rem 2rem 2rem; font-size: .9rem; border-right: 1px solid var(--line);
}
nav ul { list-style: none; margin: 0 0 1rem; padding: 0; }
nav li a { display: block; padding: .15rem 0; text-decoration: none; }
nav li a:hover { text-decoration: underline; }
nav p { margin: 1rem 0 .3rem; font-weight: 650; }
nav code { background: none; padding: 0; }
main { grid-area: main; padding: 1rem 2rem 4rem; max-width: 64rem; }
h2 { margin: 2.5rem 0 .5rem; font-size: 1.4rem; line-height: 1.25; }
h3 { margin: 0 0 .3rem; font-size: 1.15rem; }
h4 { margin: 1.4rem 0 .4rem; font-size: 1rem; }
p { margin: .5rem 0; }
a { color: var(--link); }
:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
article {
  margin: 1.5rem 0; padding: 1.2rem 1.4rem; border: 1px solid var(--line); border-radius: .6rem;
  background: var(--raised);
}
code, pre { font: .88em/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
code { background: var(--code); padding: .1em .3em; border-radius: .25em; overflow-wrap: anywhere; }
pre { background: var(--code); padding: .8rem 1rem; border-radius: .4rem; overflow-x: auto; }
pre code { padding: 0; background: none; }
.route { font-size: 1.05rem; }
.method { font: 700 .8em/1 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
nav .method { display: inline-block; min-width: 3.6rem; }
.get { color: var(--get); } .post { color: var(--post); } .put { color: var(--put); }
.patch { color: var(--patch); } .delete { color: var(--delete); }
.table { overflow-x: auto; margin: .5rem 0; }
table { border-collapse: collapse; width: 100%; font-size: .92rem; }
caption { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
th, td { text-align: left; vertical-align: top; padding: .45rem .7rem .45rem 0; border-bottom: 1px solid var(--line); }
thead th { color: var(--quiet); font-weight: 600; }
tbody th { font-weight: 400; white-space: nowrap; }
td code { white-space: nowrap; }
td p, td ul { margin: 0; } td ul { padding-left: 1.1rem; }
.skip { position: absolute; left: -999rem; }
.skip:focus { left: 1rem; top: 1rem; z-index: 1; padding: .5rem 1rem; background: var(--raised); }
@media (max-width: 56rem) {
  body { display: block; }
  header, main { padding-left: 1rem; padding-right: 1rem; }
  nav { position: static; max-height: none; padding: 1rem; border-right: 0; border-bottom: 1px solid var(--line); }
  article { padding: 1rem; }
  table { min-width: 36rem; }
}
@media print { nav, .skip { display: none; } body { display: block; } article { break-inside: avoid; } }
"""
