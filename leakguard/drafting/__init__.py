"""A policy drafted from real artifacts: pure text from what an inspection saw; nothing here opens or writes a file.

A pattern is never wider than what was seen: a folder is named as a whole only where many files of one suffix lie in it. What is
doubtful (`_doubts`) is covered by no pattern, and stands below a heading of its own, commented out, with the reason.
"""

from leakguard.drafting._document import draft

__all__ = ["draft"]
