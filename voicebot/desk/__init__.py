"""What staff receive: messages that callers left."""
