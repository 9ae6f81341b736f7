"""Customers handed over to a colleague."""
