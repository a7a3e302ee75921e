"""The keys that tokens are sealed with: a new one added, made primary, all sealed anew under it, the old one dropped.

docs/operations.md says in which order, and what is deployed in between.
"""
