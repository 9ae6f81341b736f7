"""A record edited by a colleague, with a reason and a source (M46)."""
