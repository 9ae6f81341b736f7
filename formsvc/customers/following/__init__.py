"""Colleagues who follow a customer, and are told of what others change (M46)."""
