"""How the documentation page looks: light and dark, wide and narrow, on screen and on paper."""

STYLE = """
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
nav li a { display: flex; align-items: baseline; padding: .15rem 0; text-decoration: none; }
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
nav .method { flex: none; min-width: 3.6rem; }
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
