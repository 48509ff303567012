"""Simulated callers: what a scenario file says, many calls at once, and what is reported of them."""
