"""Just enough HTML: text is always escaped, and a page has no script and no style of its own."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from urllib.parse import quote

from sandbox.stack.paths import ROOT

NAVIGATION = (
    ("/privacy", "Overview"),
    ("/privacy/data", "What we hold"),
    ("/privacy/permissions", "Permissions"),
    ("/privacy/subprocessors", "Who receives what"),
)
_ICON = " ".join((ROOT / "web/src/icon.svg").read_text(encoding="utf-8").split())
_PAGE = """<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta name="description" content="{description}" />
    <title>{title} · itoms</title>
    <link rel="icon" href="data:image/svg+xml,{quoted_icon}" />
    <link rel="stylesheet" href="/style.css" />
    <link rel="stylesheet" href="/privacy/privacy.css" />
    <script type="module" src="/view.js"></script>
  </head>
  <body>
    <a class="skip" href="#content">Skip to the content</a>
    <header>
      <a class="brand" href="/">{icon}itoms</a>
      <nav aria-label="Privacy">
        {navigation}
      </nav>
      <a class="app" href="/account/privacy">Your own data</a>
    </header>
    <main id="content">
      <h1>{title}</h1>
{content}
    </main>
    <footer class="quiet">
      Questions and requests: <a href="mailto:privacy@ito.ms">privacy@ito.ms</a>. <a href="/">Back to itoms</a>
    </footer>
  </body>
</html>
"""


def page(path: str, title: str, description: str, content: Iterable[str]) -> str:
    links = (_link(to, name, here=to == path) for to, name in NAVIGATION)
    return _PAGE.format(
        quoted_icon=quote(_ICON),
        icon=_ICON.replace("<svg ", '<svg aria-hidden="true" ', 1),
        title=escape(title),
        description=escape(description),
        navigation="\n        ".join(links),
        content="\n".join(f"      {line}" for part in content for line in part.splitlines()),
    )


def _link(to: str, name: str, *, here: bool) -> str:
    return f'<a href="{to}"{' aria-current="page"' if here else ""}>{escape(name)}</a>'


def element(name: str, text: str, *, of: str = "") -> str:
    """`of` is its class."""
    return f"<{name}{f' class="{of}"' if of else ''}>{escape(text)}</{name}>"


def facts(pairs: Iterable[tuple[str, str]]) -> str:
    lines = (f"  <div>{element('dt', name)}{element('dd', text)}</div>" for name, text in pairs)
    return "\n".join(["<dl>", *lines, "</dl>"])


def items(texts: Iterable[str]) -> str:
    return "\n".join(["<ul>", *(f"  {element('li', text)}" for text in texts), "</ul>"])


def table(caption: str, heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """The first cell of a row names it. Each cell knows its column, which a narrow screen shows beside it."""
    lines = [f"<caption>{escape(caption)}</caption>", "<thead><tr>"]
    lines += [f'  <th scope="col">{escape(head)}</th>' for head in heads]
    lines += ["</tr></thead>", "<tbody>"]
    for first, *others in rows:
        cells = "".join(
            f'<td data-label="{escape(head)}">{escape(text)}</td>' for head, text in zip(heads[1:], others, strict=True)
        )
        lines.append(f'  <tr><th scope="row">{escape(first)}</th>{cells}</tr>')
    return "\n".join(["<table>", *lines, "</tbody>", "</table>"])


def folded(summary: str, content: str) -> str:
    return f"<details>\n  {element('summary', summary)}\n{content}\n</details>"
