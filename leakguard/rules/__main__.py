"""`python -m leakguard.rules`: write the index anew from the YAML files."""

from pathlib import Path

from leakguard.rules import INDEX
from leakguard.rules._sources import index

if __name__ == "__main__":
    Path(__file__).with_name(INDEX).write_bytes(index())
