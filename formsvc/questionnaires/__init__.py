"""Questionnaires: definitions as data, their frozen versions, and the form that is built from one."""
