"""Whether every word on a screen comes from the language that a person chose: in en-XA each of those has brackets."""

from __future__ import annotations

import re

from tests.web.visitor import Visitor

_SWITCH = "localStorage.setItem('itoms-language', 'en-XA')"
# What is seen or read out, but for moments, which the browser words itself, and for what the server says or links say.
_TEXTS = """() => {
  const found = [document.title];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walk.nextNode(); node; node = walk.nextNode())
    if (!node.parentElement.closest('script, noscript, time, .told, .mono, [href^="mailto:"]')) found.push(node.data);
  for (const element of document.querySelectorAll('[aria-label], [alt], [placeholder], [title]'))
    if (!element.closest('time'))
      for (const name of ['aria-label', 'alt', 'placeholder', 'title']) found.push(element.getAttribute(name) ?? '');
  return found;
}"""
_INNERMOST = re.compile(r"\[[^\[\]]*\]")
_MONTHS = "Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec"
# Dates and sizes are worded by the browser too; a language is called what it calls itself.
_BY_THE_BROWSER = re.compile(rf"\b({_MONTHS}|AM|PM|byte|kB|MB|GB|English)\b")
_LETTER = re.compile(r"[^\W\d_]")


def speak_brackets(visitor: Visitor) -> None:
    """From the next page on."""
    visitor.page.add_init_script(_SWITCH)


def unbracketed(visitor: Visitor, *data: str) -> list[str]:
    """What is on the screen and is neither from the language nor of this data, which people wrote themselves."""
    visitor.page.locator(".skeleton").first.wait_for(state="detached")
    found = {text: _without_brackets(_without(text, data)) for text in visitor.page.evaluate(_TEXTS)}
    return [text for text, rest in found.items() if _LETTER.search(_BY_THE_BROWSER.sub("", rest))]


def _without(text: str, data: tuple[str, ...]) -> str:
    for known in data:
        text = text.replace(known, "")
    return text


def _without_brackets(text: str) -> str:
    """Words may hold other words, so from the innermost on."""
    shorter = _INNERMOST.sub("", text)
    return shorter if shorter == text else _without_brackets(shorter)
