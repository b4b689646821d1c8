"""The wiring, and everything a person runs."""
