"""How well callers are understood, counted on questions that are no examples."""
