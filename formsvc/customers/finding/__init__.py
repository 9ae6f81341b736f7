"""What a record can be found by, and the search (M45)."""
