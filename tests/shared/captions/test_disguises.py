"""A contact in the spaces, dashes and letters that pages and people give it; and ordinary text that looks like one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.captions.scrub import scrub
from shared.captions.view import view

KEYCAP = "\ufe0f\u20e3"
DISGUISED = [
    ("+49\u00a0170\u00a01234567", "[phone]"),
    ("+49\u202f170\u202f1234567", "[phone]"),
    ("+49\u2011170\u20111234567", "[phone]"),
    ("555\u2013123\u20134567", "[phone]"),
    ("0170 \u2013 1234567", "[phone]"),
    ("0170\u00a0/\u00a01234567", "[phone]"),
    ("+(49)1701234567", "[phone]"),
    ("+49 (0) 170 / 123 45 67", "[phone]"),
    ("555\u00b7123\u00b74567", "[phone]"),
    ("\uff0b\uff14\uff19\u3000\uff11\uff17\uff10\u3000\uff11\uff12\uff13\uff14\uff15\uff16\uff17", "[phone]"),
    ("\u0660\u0661\u0667\u0660 \u0661\u0662\u0663\u0664\u0665\u0666\u0667", "[phone]"),
    (f"{KEYCAP.join('0170')}{KEYCAP} {KEYCAP.join('1234567')}{KEYCAP}", "[phone]"),
    ("&#43;49&nbsp;170&nbsp;1234567", "[phone]"),
    ("+4\u200b9170\u200d12\u206034567", "[phone]"),
    ("\u202a+49 170 1234567\u202c", "\u202a[phone]"),
    ("Call\u200b+49 170 1234567", "Call\u200b[phone]"),
    ("Call\u2014555-123-4567\u2014now", "Call\u2014[phone]\u2014now"),
    ("📞 612 345 678", "📞 [phone]"),
    ("ada\u00a0(at)\u00a0example.com", "[e-mail]"),
    ("ada@ example.com", "[e-mail]"),
    ("ada&#64;example.com", "[e-mail]"),
    ("ada&amp;#x40;example&period;com", "[e-mail]"),
    ("ada\uff20example\uff0ecom", "[e-mail]"),
    (
        "\U0001d41a\U0001d41d\U0001d41a@\U0001d41e\U0001d431\U0001d41a\U0001d426\U0001d429\U0001d425\U0001d41e.\U0001d41c\U0001d428\U0001d426",
        "[e-mail]",
    ),
    ("ad\u00ada@exam\u200bple.com", "[e-mail]"),
    ("ju\u0308rgen@mu\u0308ller.example", "[e-mail]"),
    ("ada [at] example [dot] com", "[e-mail]"),
    ("ada(AT)example(punkt)com", "[e-mail]"),
    ("ada@example[.]com", "[e-mail]"),
    ("E-mail: ada at example.com", "E-mail: [e-mail]"),
    ("write to ada at example.com", "write to [e-mail]"),
    ("ada.walks at example.com", "[e-mail]"),
    ("ada99 at example.com", "[e-mail]"),
    ("j.smith at example.com", "[e-mail]"),
    ("ada at gmail.com", "[e-mail]"),
    ("Fog\u2014ada@example.com", "Fog\u2014[e-mail]"),
    ("DE89\u00a03704\u00a00044\u00a00532\u00a00130\u00a000", "[account number]"),
    ("de89\u20113704\u20110044\u20110532\u20110130\u201100", "[account number]"),
    ("4111\u00a01111\u00a01111\u00a01111", "[card number]"),
    ("4111\u20131111\u20131111\u20131111", "[card number]"),
    ("4111.1111.1111.1111", "[card number]"),
    ("instagram.com/stories/ada.walks/1", "instagram.com/[handle]"),
    ("de-de.facebook.com/people/Ada-Walks/1", "de-de.facebook.com/[handle]"),
    ("IG hill.walks", "IG [handle]"),
    ("IG\u00a0👉 hill.walks", "IG\u00a0👉 [handle]"),
    ("my insta is hill_walks", "my insta is [handle]"),
    ("tiktok: hillwalks and more", "tiktok: [handle] and more"),
    ("s\u200bk-ant-api03-AbCdEf123456", "[secret]"),
]

KEPT = [
    "👩\u200d👩\u200d👧 \u2013 Grüße — „schön“ … 🏔\ufe0f ❤\ufe0f 1\ufe0f\u20e3",
    "U\u0308ber den Wolken",
    "Tom &amp; Jerry &nbsp; 2026",
    "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645 \u06f2\u06f0\u06f2\u06f6",
    "1914\u20131918",
    "5\u00a0000\u201310\u00a0000\u00a0Euro",
    "100\u202f000 visitors",
    "05.12.\u201308.12.2026",
    "05.12. \u2013 08.12.2026",
    "05.\u201308.12.2026",
    "07 \u2013 09.05.2026",
    "07\u201309.05.2026",
    "05/12 \u2013 08/12/2026",
    "05/2026\u201308/2026",
    "01 / 02 / 2026",
    "09\u201312 / 14\u201318 Uhr",
    "09 \u2013 12 / 14 \u2013 18 Uhr",
    "08:00 \u2013 12 / 14 \u2013 18 Uhr",
    "ISO 100/400/1600",
    "ISBN 978\u20113\u201116\u2011148410\u20110",
    "\u22125 °C \u2013 10 °C",
    "10 m² · 20 m³ · 1½",
    "v1.2+20261123.1",
    "meet at example.com",
    "ada at example.com",
    "Look at hills.example",
    "Contact us at example.com",
    "Write to us at example.com",
    "Contact: now at example.com",
    "Doors 8pm at example.com",
    "Until 7 p.m at example.com",
    "The new v1.12 at example.com",
    "#Hills2026 at example.com",
    "Wien (AT) und Graz (AT)",
    "5 tickets @ 3.50",
    "TikTok: tips and tricks",
    "Instagram: photos and more",
    "My Instagram is private",
    "Instagram e.g. this one",
    "Threads from 3.5 m of wool",
]


@pytest.mark.parametrize(("text", "left"), DISGUISED)
def test_a_contact_is_found_however_it_is_set(text: str, left: str) -> None:
    assert scrub(text) == left


@pytest.mark.parametrize("text", KEPT)
def test_ordinary_text_leaves_sign_by_sign_as_it_was_written(text: str) -> None:
    assert scrub(text) == text


@pytest.mark.parametrize("text", KEPT)
@pytest.mark.parametrize(("planted", "left"), DISGUISED[::7])
def test_what_stands_beside_a_contact_stays_as_it_was_written(text: str, planted: str, left: str) -> None:
    assert scrub(f"{text}\n{planted}\n{text}") == f"{text}\n{left}\n{text}"


@pytest.mark.parametrize("unit", ["+4912345678", "u/abc/"])
def test_a_text_built_to_be_scrubbed_for_ever_does_not_leave(unit: str) -> None:
    assert scrub(unit * 50) == "[removed]"


@given(st.text(max_size=100), st.booleans())
def test_every_sign_of_a_view_has_its_place_in_what_was_written(text: str, joined: bool) -> None:
    seen = view(text, joined)

    assert len(seen.places) == len(seen.seen) + 1
    assert seen.places == sorted(seen.places)
    assert seen.cut([], "") == text
    assert seen.cut([(0, len(seen.seen))], "") == text[: seen.places[0]]
