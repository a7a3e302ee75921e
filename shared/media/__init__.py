"""Uploads that go straight to R2, and what their bytes really are."""
