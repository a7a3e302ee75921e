"""Connecting an account, and letting it go again."""
