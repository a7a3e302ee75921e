"""Whether every word on a screen comes from the language that a person chose: in en-XA each of those has brackets."""

from __future__ import annotations

import re

from tests.web.visitor import Visitor

_SWITCH = "localStorage.setItem('itoms-language', 'en-XA')"
_TEXTS = """() => {
  const walker = document.createTreeWalker(document.querySelector('#content'), NodeFilter.SHOW_TEXT);
  const found = [];
  while (walker.nextNode()) found.push(walker.currentNode.textContent);
  for (const element of document.querySelectorAll('#content [aria-label]')) found.push(element.ariaLabel);
  return found;
}"""
_BRACKETED = re.compile(r"\[[^\[\]]*(?:\[[^\[\]]*(?:\[[^\[\]]*\][^\[\]]*)*\][^\[\]]*)*\]")
_WORD = re.compile(r"[A-Za-z]{2,}")


def speak_brackets(visitor: Visitor) -> None:
    """From the next page on."""
    visitor.page.add_init_script(_SWITCH)


def unbracketed(visitor: Visitor, *data: str) -> list[str]:
    """What stands on the screen and is neither from the language nor of this data."""
    rests = [_BRACKETED.sub("", text) for text in visitor.page.evaluate(_TEXTS)]
    for known in data:
        rests = [rest.replace(known, "") for rest in rests]
    return [rest for rest in rests if _WORD.search(rest)]
