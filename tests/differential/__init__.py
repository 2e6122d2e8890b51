"""What leakguard finds in a package against what other readers do (`python -m tests.differential FOLDER…`)."""
