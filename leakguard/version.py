"""The version, and nothing else: `pyproject.toml` and `leakguard --version` read it from here."""

VERSION = "0.1.0"
