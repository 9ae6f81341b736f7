"""A customer made by hand, one business card after another."""
