"""A secret shows itself to whoever asks for it by name, and to nobody else."""

from __future__ import annotations

import copy
import json
import logging
import pickle
import pprint
import string
import traceback
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import pytest

from shared.secret import Secret

TEXT = "rft.marker!4599.va"


@dataclass(frozen=True, slots=True)
class Tokens:
    access: Secret
    kind: str = "access"


SHOWN: dict[str, Callable[[Secret], str]] = {
    "repr": repr,
    "str": str,
    "ascii": ascii,
    "format": format,
    "format with a width": lambda secret: format(secret, ">40"),
    "f-string": lambda secret: f"{secret}",
    "f-string repr": lambda secret: f"{secret!r}",
    "f-string with =": lambda secret: f"{secret=}",
    "%s": lambda secret: "%s" % secret,  # noqa: UP031
    "%r": lambda secret: "%r" % (secret,),  # noqa: UP031
    "str.format": "{0} {0!r} {0!s:>20}".format,
    "template": lambda secret: string.Template("$it").substitute(it=secret),
    "in a list": lambda secret: str([secret]),
    "in a dict": lambda secret: str({"token": secret}),
    "pprint": pprint.pformat,
    "dataclass": lambda secret: repr(Tokens(secret)),
    "json with default=str": lambda secret: json.dumps({"token": secret}, default=str),
    "json with default=repr": lambda secret: json.dumps({"token": secret}, default=repr),
    "exception": lambda secret: repr(ValueError(secret)) + str(ValueError(secret, "why")),
}


@pytest.mark.parametrize("show", SHOWN.values(), ids=SHOWN.keys())
def test_no_way_of_showing_it_shows_it(show: Callable[[Secret], str]) -> None:
    shown = show(Secret(TEXT))

    assert "***" in shown
    assert "marker" not in shown


def test_every_secret_looks_the_same() -> None:
    assert {(repr(secret), str(secret), f"{secret:>9}") for secret in (Secret(TEXT), Secret(""))} == {
        ("Secret(***)", "***", "***")
    }


TAKEN: dict[str, Callable[[Secret], object]] = {
    "json": json.dumps,
    "json in a list": lambda secret: json.dumps([secret]),
    "pickle": pickle.dumps,
    "oldest pickle": lambda secret: pickle.dumps(secret, protocol=0),
    "pickle in a dataclass": lambda secret: pickle.dumps(Tokens(secret)),
    "copy": copy.copy,
    "deepcopy": copy.deepcopy,
    "asdict": lambda secret: asdict(Tokens(secret)),
    "vars": vars,
    "join": lambda secret: "".join([secret]),  # type: ignore[list-item]
    "concatenation": lambda secret: "Bearer " + secret,  # type: ignore[operator]
    "iteration": list,  # type: ignore[dict-item]
    "bytes": bytes,  # type: ignore[dict-item]
    "hash": hash,
}


@pytest.mark.parametrize("take", TAKEN.values(), ids=TAKEN.keys())
def test_what_would_carry_it_away_fails_and_does_not_name_it(take: Callable[[Secret], object]) -> None:
    with pytest.raises(TypeError) as caught:
        take(Secret(TEXT))

    assert "marker" not in str(caught.value)


def test_whoever_pickles_it_by_mistake_is_told_what_it_was() -> None:
    with pytest.raises(TypeError, match=r"^a Secret cannot be pickled or copied$"):
        copy.copy(Secret(TEXT))


def test_a_traceback_with_local_variables_does_not_show_it() -> None:
    def fail(token: Secret) -> None:
        held = {"token": token, "tokens": Tokens(token)}
        raise RuntimeError(held, token)

    try:
        fail(Secret(TEXT))
    except RuntimeError as error:
        shown = "".join(traceback.TracebackException.from_exception(error, capture_locals=True).format())

    assert "held" in shown
    assert "***" in shown
    # Its own class is the one place that knows the text, and appears in no frame.
    assert TEXT not in shown


@pytest.mark.parametrize("template", ["%s", "%r", "%(token)s", "%(token)r"])
def test_logging_does_not_show_it(template: str, caplog: pytest.LogCaptureFixture) -> None:
    arguments: Any = {"token": Secret(TEXT)} if "(" in template else Secret(TEXT)
    with caplog.at_level(logging.DEBUG):
        logging.getLogger("anything").warning(template, arguments)

    assert "***" in caplog.text
    assert "marker" not in caplog.text


def test_it_is_equal_to_nothing() -> None:
    """So that no comparison takes a time that depends on the text, and none is written by habit."""
    assert (Secret(TEXT) == Secret(TEXT)) is False
    assert (Secret(TEXT) == TEXT) is False


def test_it_has_no_place_for_anything_else() -> None:
    with pytest.raises(AttributeError):
        Secret(TEXT).note = "x"  # type: ignore[attr-defined]


def test_it_reveals_itself_by_name_and_says_whether_it_is_empty() -> None:
    assert Secret(TEXT).reveal() == TEXT
    assert Secret(TEXT)
    assert not Secret("")
