"""Automatic checks: what a reviewer must see of a submission before deciding about it (M21).

`look` gathers what a check may look at, `flagged` lets all of CHECKS look. A new check is one entry in registry.py.
"""

from formsvc.review.checks.check import Check, Finding, Named, Severity
from formsvc.review.checks.gathering import look
from formsvc.review.checks.registry import CHECKS, flagged
from formsvc.review.checks.seen import Seen

__all__ = ["CHECKS", "Check", "Finding", "Named", "Seen", "Severity", "flagged", "look"]
