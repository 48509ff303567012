"""Pages for the staff: what a call is about, while it rings, and who waits to be called back."""
