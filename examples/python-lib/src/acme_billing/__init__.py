"""Sends the bills that the ledger has priced."""

from acme_billing.send import send

__all__ = ["send"]
