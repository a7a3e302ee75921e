"""Strict local stand-ins for Instagram, TikTok, the Anthropic Messages API, Plausible and R2."""

from sandbox.config import SandboxConfig
from sandbox.state import Sandbox

__all__ = ["Sandbox", "SandboxConfig"]
