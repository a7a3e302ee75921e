from __future__ import annotations

from tests.functions.oauth.attack_promises import AttackPromises


class TestAttacks(AttackPromises):
    platform = "instagram"
