"""Two records of one customer merged into one, and split again (M26)."""
