"""Clients of the platforms: they translate, and decide nothing."""
