"""A letter as plain text and as a small HTML page: no images, no scripts, nothing that is fetched or counted."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

from shared.mail.letters import Letter

_PARAGRAPH = '<p style="margin:0 0 16px">{}</p>'
_PAGE = """\
<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>{subject}</title></head>
<body style="margin:0;padding:24px;font:16px/1.5 sans-serif;color:#1a1a1a;background:#fff">
<div style="max-width:560px;margin:0 auto">
{body}
</div>
</body>
</html>
"""


@dataclass(frozen=True, slots=True)
class Rendered:
    subject: str
    text: str
    html: str


def render(letter: Letter, *, app_url: str, contact: str) -> Rendered:
    footer = f"itoms writes to you because of your account or your request. Questions about your data: {contact}"
    return Rendered(letter.subject, _text(letter, app_url, footer), _html(letter, app_url, footer))


def _text(letter: Letter, app_url: str, footer: str) -> str:
    link = [f"{letter.link}: {app_url}{letter.path}"] if letter.path else []
    return "\n\n".join([*letter.paragraphs, *link, f"--\n{footer}"]) + "\n"


def _html(letter: Letter, app_url: str, footer: str) -> str:
    parts = [_PARAGRAPH.format(_escaped(paragraph)) for paragraph in letter.paragraphs]
    if letter.path:
        address = escape(f"{app_url}{letter.path}")
        parts.append(_PARAGRAPH.format(f'<a href="{address}" style="color:#0b5fff">{escape(letter.link)}</a>'))
    parts.append(f'<p style="margin:32px 0 0;font-size:13px;color:#666">{escape(footer)}</p>')
    return _PAGE.format(subject=escape(letter.subject), body="\n".join(parts))


def _escaped(paragraph: str) -> str:
    return escape(paragraph).replace("\n", "<br>")
