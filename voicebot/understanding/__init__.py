"""From a transcript to what the caller wants; plain functions over data."""
