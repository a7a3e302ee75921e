"""E-mail: what it says, how it leaves, and what becomes of it."""
