"""The few pages that functions answer themselves, to a browser that comes by a redirect or a kept address.

They look like the public privacy pages and run nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from starlette.responses import HTMLResponse

# Also in vercel.json, whose policy for functions has no style.
_POLICY = "default-src 'none'; style-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title} · itoms</title>
<link rel="stylesheet" href="/style.css">
</head>
<body class="note">
<main>
<h1>{title}</h1>
{paragraphs}
<p><a href="{link}">{link_words}</a></p>
</main>
</body>
</html>
"""


def page(
    title: str, paragraphs: Sequence[str], *, status: int = 200, link: str = "/", link_words: str = "Go to itoms"
) -> HTMLResponse:
    text = _PAGE.format(
        title=escape(title),
        paragraphs="\n".join(f"<p>{escape(paragraph)}</p>" for paragraph in paragraphs),
        link=escape(link),
        link_words=escape(link_words),
    )
    return HTMLResponse(text, status, {"content-security-policy": _POLICY})
