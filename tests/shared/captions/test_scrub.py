"""What is taken out of a text before it leaves: contacts, names on networks, accounts, keys. The rest stays."""

from __future__ import annotations

import random
import sys
import time
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from shared.captions.scrub import scrub

SCRUBBED = [
    ("Write to ada@example.com today", "Write to [e-mail] today"),
    ("ada.lovelace+shop@mail.example.co.uk", "[e-mail]"),
    ("jürgen@müller.example", "[e-mail]"),
    ("<mailto:ada@example.com>", "<mailto:[e-mail]>"),
    ("Thanks @hill.walks!", "Thanks [handle]!"),
    ("(@hill_walks)", "([handle])"),
    ("Call +49 170 1234567 now", "Call [phone] now"),
    ("+491701234567", "[phone]"),
    ("0049 170 1234567", "[phone]"),
    ("+49 (0)170 1234567", "[phone]"),
    ("+1 (555) 123-4567", "[phone]"),
    ("+33 6 12 34 56 78", "[phone]"),
    ("06 12 34 56 78", "[phone]"),
    ("0170 1234567", "[phone]"),
    ("0170/123 45 67", "[phone]"),
    ("(0170) 123 45 67", "[phone]"),
    ("030-1234567", "[phone]"),
    ("01701234567", "[phone]"),
    ("07700900123", "[phone]"),
    ("555-123-4567", "[phone]"),
    ("555.123.4567", "[phone]"),
    ("(555) 123-4567", "[phone]"),
    ("sk-ant-api03-AbCdEf123456", "[secret]"),
    ("sb_secret_abcdefgh12345678", "[secret]"),
    ("act.abcdefgh!1234*56", "[secret]"),
    ("rft.abcdefgh12345678", "[secret]"),
    ("IGAAabcdefghijklmnopqrstuv", "[secret]"),
    ("EAABabcdefghijklmnopqrstuv", "[secret]"),
    ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abcdef", "[secret]"),
    ("AKIAIOSFODNN7EXAMPLE", "[secret]"),
    ("ghp_abcdefghijklmnopqrstuvwxyz", "[secret]"),
    ("password: hunter22", "password: [secret]"),
    ("Passwort=geheim1!", "Passwort=[secret]"),
    ("API key: 1234-abcd", "API key: [secret]"),
    ("xoxb-123456789012-abc", "[secret]"),
    ("ada at example dot com", "[e-mail]"),
    ("ada (at) example (dot) com", "[e-mail]"),
    ("a" * 200 + "@example.com", "a" * 72 + "[e-mail]"),
    ("\uff20hill_walks", "[handle]"),
    ("with @a and @hill-walks", "with [handle] and [handle]"),
    ("@ada@social.example", "@[e-mail]"),
    ("https://www.instagram.com/hill.walks/", "https://www.instagram.com/[handle]/"),
    ("tiktok.com/@hill.walks", "tiktok.com/[handle]"),
    ("t.me/hillwalks", "t.me/[handle]"),
    ("IG: hill.walks", "IG: [handle]"),
    ("Insta: hillwalks\nTikTok = hill_walks", "Insta: [handle]\nTikTok = [handle]"),
    ("Telegram handle: ada99, write me", "Telegram handle: [handle], write me"),
    ("ask u/ada_walks", "ask [handle]"),
    ("on Discord ada.walks#1234", "on Discord [handle]"),
    ("Tel. 612 345 678", "Tel. [phone]"),
    ("WhatsApp: 491701234567", "WhatsApp: [phone]"),
    ("call me at 555 0100 22", "call me at [phone]"),
    ("phone no. 2025550100", "phone no. [phone]"),
    ("DE89 3704 0044 0532 0130 00", "[account number]"),
    ("de89370400440532013000", "[account number]"),
    ("gb29 nwbk 6016 1331 9268 19 thanks", "[account number] thanks"),
    ("4111 1111 1111 1111", "[card number]"),
    ("4111-1111-1111-1111", "[card number]"),
    ("5555555555554444", "[card number]"),
    ("3782 822463 10005", "[card number]"),
    ("https://hills.example/a?token=s3cret&x=1#y=2", "https://hills.example/a?[removed]"),
    ("https://hills.example/a?0123456789abcdef", "https://hills.example/a?[removed]"),
    ("hills.example/in#access_token=s3cret rest", "hills.example/in?[removed] rest"),
    ("https://ada:pass@hills.example/a", "https://hills.example/a"),
]

KEPT = [
    "24/7",
    "10.000 m",
    "Route 66, 2.000 km",
    "EUR 1.299,00",
    "$1,299.99",
    "0,99 €",
    "1.000.000",
    "100 000 visitors",
    "5 000-10 000 Euro",
    "2026-11-23",
    "23.11.2026",
    "09.05.2026",
    "05.12. to 08.12.2026",
    "01/12/2026",
    "05-11-2026",
    "2026-11-23T10:00:00Z",
    "09:00-17:00",
    "Open 09.00 - 17.00",
    "00:02:33.5",
    "1914 - 1918",
    "ISBN 978-3-16-148410-0",
    "ISBN 0-306-40615-2",
    "ISO 9001:2015",
    "47.3769, 8.5417",
    "192.168.0.1",
    "v1.12.0",
    "Agent 007 at 0.5 km/h",
    "0 to 60 in 3.5 s",
    "+3000 m of climbing",
    "won 3:1, then 2:0",
    "#100daysofcode #2026",
    "Ada @ home, 5 @ 10",
    "Skip the task-force meeting",
    "The token economy and its secret life",
    "Grüße aus dem Tal, 大家好 🏔️",
    "https://hills.example/walks/fog",
    "Read hills.example/walks#fog, really? Yes",
    "Is it hills.example?",
    "Look at hills.example.com",
    "Instagram: the new rules, explained",
    "TikTok: 3.5 million views",
    "A polka dot dress at dot noon",
    "fox.com/hills",
    "#hills#2026",
    "4111 1111 1111 1112",
    "1234 5678 9012 3456 7890",
    "de99 hills and more 1234",
    "Mobile 2026-11-23 to 24",
    "Handle: with care, always",
]


@pytest.mark.parametrize(("text", "left"), SCRUBBED)
def test_what_reaches_a_person_or_opens_a_door_is_removed(text: str, left: str) -> None:
    assert scrub(text) == left


@pytest.mark.parametrize("text", KEPT)
def test_ordinary_numbers_and_words_are_left_alone(text: str) -> None:
    assert scrub(text) == text


PARTS = st.sampled_from([text for text, _ in SCRUBBED] + KEPT + [" ", "\n", ", ", "-", "+", "/", ".", "@", "0", "7"])


@given(st.lists(PARTS, max_size=6).map("".join))
@example("555-123-4567+4912345678")
def test_scrubbing_twice_changes_nothing_more(text: str) -> None:
    assert scrub(scrub(text)) == scrub(text)


SIGNS_OF_CONTACT = "".join(
    sign for sign in map(chr, range(sys.maxunicode)) if unicodedata.normalize("NFKC", sign) in set("@=:._-\u2010\u3002")
)


@given(st.text(st.characters(exclude_categories=["N", "Cs"], exclude_characters=SIGNS_OF_CONTACT), max_size=300))
def test_words_without_signs_of_contact_are_left_alone(text: str) -> None:
    assert scrub(text) == text


@given(st.text(max_size=200))
def test_any_text_comes_out_as_text(text: str) -> None:
    assert isinstance(scrub(text), str)


# Recall, over a corpus that is not the list above: each kind as a generator, in sentences of people.

SENTENCES = [
    "{}",
    "Write to {} today",
    "Bookings ({})",
    "New walk! → {}",
    "— {} —",
    "Grüße 👩\u200d👩\u200d👧 \u2013 {} 🏔\ufe0f…",
    "…„Über\u00a0uns“: {}\u200b.",
    "Fog, hills, {}, more fog.",
    "„{}“",
]


NO_BREAK = ["\u00a0", "\u202f", "\u2009", "\u3000", "&nbsp;", "&#160;", " \u200b", "  "]
HYPHENS = ["-", "\u2010", "\u2011", "\u2012", "\u2013", "\u2014", "\u2212", "\uff0d"]
UNSEEN = ["", "\u200b", "\u200d", "\u2060", "\ufeff", "\u00ad"]
DIGITS = ["".join(chr(zero + digit) for digit in range(10)) for zero in (ord("0"), 0x0660, 0xFF10)]
SIGNS = [
    "@",
    "@ ",
    " (at) ",
    "[at]",
    "(AT)",
    "%40",
    "\uff20",
    "\u00a0(at)\u00a0",
    "\u00a0@\u00a0",
    "@\u200b",
    "{at}",
    " (ät) ",
]
ENTITIES = ["&#64;", "&#x40;", "&#X40;", "&commat;", "&amp;#64;"]
HOSTS = ["example.com", "mail.example.co.uk", "exam\u00adple.com", "example (dot) com", "example[punkt]com"]


def _in_other_digits(r: random.Random, number: str) -> str:
    return number.translate(str.maketrans(DIGITS[0], r.choice([DIGITS[0], DIGITS[0], *DIGITS])))


def _e_mail(r: random.Random) -> str:
    name = r.choice(["ada", "eve.hill", "vic_walks", "sam+shop", "jürgen", "ju\u0308rgen", "o'neil", "a\u200bda"])
    host = r.choice(HOSTS)
    return name + r.choice([*SIGNS, *ENTITIES]) + host


def _phone(r: random.Random) -> str:
    digits = "".join(r.choices("123456789", k=9))
    gap = r.choice([" ", ".", " - ", " \u2013 ", *NO_BREAK, *HYPHENS, *UNSEEN])
    country = r.choice(["49", "44", "1", "33"])
    country = r.choice([country, country, f"({country})"])
    return _in_other_digits(r, f"+{country}{gap}{digits[:3]}{gap}{digits[3:6]}{gap}{digits[6:]}")


WRITTEN = [
    "@{}",
    "\uff20{}",
    "&#64;{}",
    "IG: {}",
    "IG\u00a0{}",
    "IG {}",
    "Insta → {}",
    "my insta is {}",
    "tiktok: {} and",
]
LINKED = ["instagram.com/{}", "instagram.com/stories/{}/1", "https://www.tiktok.com/@{}", "t.me/{}", "t.m\u200be/{}"]


def _handle(r: random.Random) -> str:
    name = r.choice(["hill.walks", "hill_walks", "hillwalks99", "ada.lovelace.official"])
    return r.choice([*WRITTEN, *LINKED]).format(name)


def _iban(r: random.Random) -> str:
    account = "".join(r.choices("0123456789", k=18))
    check = 98 - int(account + "131400") % 97
    plain = f"DE{check:02}{account}"
    gap = r.choice([" ", *NO_BREAK, *HYPHENS[:3], *UNSEEN])
    spaced = gap.join(plain[i : i + 4] for i in range(0, len(plain), 4))
    return r.choice([plain, spaced, plain.lower(), spaced.lower()])


def _card(r: random.Random) -> str:
    start = r.choice("3456") + "".join(r.choices("0123456789", k=14))
    total = sum(sum(divmod(int(d) * (2 - i % 2), 10)) for i, d in enumerate(start))
    plain = start + str(-total % 10)
    gap = r.choice([" ", ".", *NO_BREAK, *HYPHENS, *UNSEEN])
    return _in_other_digits(r, gap.join(plain[i : i + 4] for i in range(0, 16, 4)))


def _query(r: random.Random) -> str:
    secret = "".join(r.choices("abcdef0123456789", k=24))
    return f"https://hills.example/p?{r.choice(['token', 'sig', 'code', 'X-Amz-Signature'])}={secret}"


KINDS = {
    "e-mail": (_e_mail, "[e-mail]"),
    "phone": (_phone, "[phone]"),
    "handle": (_handle, "[handle]"),
    "account": (_iban, "[account number]"),
    "card": (_card, "[card number]"),
    "query": (_query, "?[removed]"),
}
RECALL = 0.99


@pytest.mark.parametrize("kind", KINDS)
def test_nearly_everything_of_a_kind_is_found_whatever_stands_around_it(kind: str) -> None:
    make, placeholder = KINDS[kind]
    r = random.Random(kind)
    texts = [r.choice(SENTENCES).format(make(r)) for _ in range(500)]
    missed = [text for text in texts if placeholder not in scrub(text)]

    assert len(missed) <= (1 - RECALL) * len(texts), missed[:10]


WORDS = st.lists(st.sampled_from(KEPT), max_size=3).map("\n".join)


@given(WORDS, st.sampled_from(sorted(KINDS)), st.randoms(use_true_random=False), WORDS)
def test_what_is_planted_is_gone_and_what_stands_around_it_stays(
    before: str, kind: str, r: random.Random, after: str
) -> None:
    make, placeholder = KINDS[kind]
    planted = make(r)
    scrubbed = scrub(f"{before}\n{planted}\n{after}")

    assert planted not in scrubbed
    assert placeholder in scrubbed
    assert scrubbed.startswith(f"{before}\n")
    assert scrubbed.endswith(f"\n{after}")
    assert scrub(scrubbed) == scrubbed


LONG = (
    *(
        "a",
        "1.",
        "a@a ",
        "x.com/",
        "a at ",
        "+1",
        "DE89 ",
        "a.a at a.",
        "ig ",
        "mail: ",
        "0 - 1",
        "\n",
        "<",
        "[at]",
        "ä ",
    ),
    *("\u00a0", "\u200b", "e\u0301", "\u20131", "&#64;", "&amp;", "+4912345678", "u/abc/"),
)


@pytest.mark.parametrize("unit", LONG)
def test_a_long_text_costs_no_more_than_its_length(unit: str) -> None:
    """Not its square: one caption would hold up everybody else's request for seconds."""
    began = time.process_time()
    scrub((unit * 10_000)[:10_000])
    assert time.process_time() - began < 3
