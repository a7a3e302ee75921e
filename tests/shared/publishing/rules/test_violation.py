"""A broken rule can be read by itself, in a preflight, in a timeline and as the reason of a failure."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from shared.publishing import rules
from shared.publishing.reasons import REASONS, Retry
from shared.publishing.rules.amounts import written
from shared.publishing.rules.violation import Violation
from shared.publishing.rules.words import WORDS

SOURCE = "".join(path.read_text() for path in Path(rules.__path__[0]).glob("*.py") if path.name != "words.py")


def test_the_item_counts_from_0_for_programs_and_from_1_for_people() -> None:
    violation = Violation("image_too_large", 2, "8 MB", "9.4 MB")
    assert violation.as_detail() == {"item": "3", "limit": "8 MB", "found": "9.4 MB"}
    assert violation.present() == {
        "code": "image_too_large",
        "item": 2,
        "what": "Item 3: The image file has 9.4 MB; at most 8 MB is allowed.",
        "limit": "8 MB",
        "found": "9.4 MB",
        "fix": "Export it below 8 MB.",
    }


def test_a_rule_on_the_whole_post_names_no_item() -> None:
    violation = Violation("caption_invalid", None, "30 hashtags", "31 hashtags")
    assert violation.as_detail() == {"limit": "30 hashtags", "found": "31 hashtags"}
    assert violation.present()["item"] is None
    assert violation.present()["what"] == "The caption has 31 hashtags; at most 30 hashtags are allowed."
    assert violation.present()["fix"] == "Cut it down to 30 hashtags."


def test_braces_of_a_caller_are_only_text() -> None:
    shown = Violation("media_url_invalid", 0, "{found}", "{limit.__class__}").present()
    assert "{limit.__class__}" in str(shown["what"])


@pytest.mark.parametrize("code", sorted(WORDS))
def test_every_broken_rule_says_what_it_is_and_how_to_mend_it(code: str) -> None:
    shown = Violation(code, 0, "<limit>", "<found>").present()
    assert "<limit>" in str(shown["what"])
    assert "<found>" in str(shown["what"])
    for text in (str(shown["what"]).removeprefix("Item 1: "), str(shown["fix"])):
        assert not re.search(r"[{}]|\w_\w", text)
        assert text.endswith(".")


@pytest.mark.parametrize("code", sorted(WORDS))
def test_every_broken_rule_is_a_reason_of_a_failed_publication(code: str) -> None:
    # Media that cannot be fetched now may be fetched later; all the rest is as it is.
    assert (REASONS[code].retry is Retry.NEVER) == (code != "media_unreachable")


def test_the_words_are_of_the_rules_that_exist() -> None:
    assert {code for code in re.findall(r'"([a-z]+(?:_[a-z]+)+)"', SOURCE) if code in REASONS} == WORDS.keys()


@pytest.mark.parametrize(
    ("value", "beside", "text"),
    [
        (9.4, 8, "9.4"),
        (12, 8, "12"),
        (8, 8, "8"),
        (8.000001, 8, "8.000001"),
        (7.99, 8, "7.99"),
        (0.009, 0.01, "0.009"),
        (0, 1, "0"),
        (-0.001, 0, "-0.001"),
        (8.000000001, 8, "8.000000001"),
        (59.94, 23, "59.9"),
        (1200, 8, "1200"),
    ],
)
def test_a_number_is_never_rounded_onto_its_limit(value: float, beside: float, text: str) -> None:
    assert written(value, beside) == text
