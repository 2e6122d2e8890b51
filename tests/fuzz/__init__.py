"""Fuzzing: the harnesses, and two ways to drive them (`python -m tests.fuzz --help`)."""
