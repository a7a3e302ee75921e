"""What Plausible has counted, for a test to judge."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class View:
    domain: str
    name: str
    url: str
    browser: str
    address: str
    at: float
