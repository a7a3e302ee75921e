"""The library behind every function: one module per concern, found by guessing its path."""
