"""Words on a screen that did not come from the language: everything that did stands in brackets in `en-XA`."""

from __future__ import annotations

import re

from playwright.sync_api import Page

# Times are written by the browser; server words, addresses and hashes are shown as they came.
_TEXTS = """() => {
  const walker = document.createTreeWalker(document.querySelector('main'), NodeFilter.SHOW_TEXT);
  const found = [];
  for (let node = walker.nextNode(); node; node = walker.nextNode())
    if (!node.parentElement.closest('time, .told, .mono, [href^="mailto:"], [lang]:not(html)')) found.push(node.data);
  return found;
}"""
_SPOKEN = re.compile(r"\[.*\]", re.DOTALL)
_DATE = re.compile(r"[A-Z][a-z]{2} \d{1,2}, \d{4}")
SCRIPT = "localStorage.setItem('itoms-language', 'en-XA')"


def unspoken(page: Page, *known: str) -> set[str]:
    """`known` is what people wrote themselves."""
    rests = {_DATE.sub("", _SPOKEN.sub("", text)).strip() for text in page.evaluate(_TEXTS)}
    return {rest for rest in rests if re.search(r"[^\W\d_]", rest)} - set(known)
