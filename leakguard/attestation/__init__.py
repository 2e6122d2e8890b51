"""Statements that bind artifact digest, policy digest and verdict, for a job that did not see the inspection.

A statement is in-toto's, version 1, with the predicate of a SLSA verification summary; a signature wraps it in a DSSE envelope, or
in a Sigstore bundle.
"""

from leakguard.attestation.checking import Expectation, refusals
from leakguard.attestation.envelope import Opened, open_file, sealed
from leakguard.attestation.statement import Malformed, Statement, make, payload, unsigned

__all__ = [
    "Expectation",
    "Malformed",
    "Opened",
    "Statement",
    "make",
    "open_file",
    "payload",
    "refusals",
    "sealed",
    "unsigned",
]
