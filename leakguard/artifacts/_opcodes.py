"""Which constants a Python code object assigns to which names, from its instructions (`Lib/opcode.py` of each version)."""

from collections.abc import Iterator
from typing import NamedTuple

from leakguard.artifacts._marshal import Code


class Opcodes(NamedTuple):
    """Numbers of the instructions that matter."""

    load_const: int
    extended_arg: int
    stores: frozenset[int]
    """To a name, a global or an attribute: all take an index into `co_names`."""


CLASSIC = Opcodes(100, 144, frozenset((90, 97, 95)))
BY_MINOR = {13: Opcodes(83, 71, frozenset((114, 113, 108))), 14: Opcodes(82, 69, frozenset((116, 115, 110)))}
"""Minor version of Python 3 → its own numbers; 3.8 to 3.12 have the classic ones."""


def assignments(code: Code, minor: int) -> Iterator[tuple[bytes, bytes]]:
    """Name and text, for each text that is assigned to a name as it is."""
    opcodes = BY_MINOR.get(minor) or (CLASSIC if minor < min(BY_MINOR) else None)
    if opcodes is None or len(code.parts) < 3 or not isinstance(code.parts[0], bytes) or not isinstance(code.parts[2], list):
        return
    instructions, constants, names = code.parts[0], code.constants, code.parts[2]
    loaded, extended = -1, 0
    for operation, low in zip(instructions[::2], instructions[1::2], strict=False):
        argument, extended = low | extended, 0
        if operation == opcodes.extended_arg:
            extended = argument << 8 & 0xFFFFFF00
            continue
        if operation in opcodes.stores and 0 <= loaded < len(constants) and argument < len(names):
            name, value = names[argument], constants[loaded]
            if isinstance(name, bytes) and isinstance(value, bytes) and value:
                yield name, value
        loaded = argument if operation == opcodes.load_const else -1
