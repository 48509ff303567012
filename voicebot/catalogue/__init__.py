"""What the city knows: departments, services, facts and opening hours."""
