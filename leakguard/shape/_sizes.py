"""Classes of size: about ten to the decade, so that a file may grow a little and one that doubles is always told."""

STEPS = (10, 12, 16, 20, 25, 32, 40, 50, 64, 80)
"""Of each decade, times a power of ten: no step is wider than a third, so a class and half as much again is below the double."""

FLOOR = 10_000
"""Bytes: smaller files are all of one class, for half of a small file is noise."""

_UNITS = ((10**12, "TB"), (10**9, "GB"), (10**6, "MB"), (1000, "KB"))


def size_class(size: int, floor: int = 0) -> int:
    """The upper bound, in bytes, of the class that a size is in; none is below `floor`."""
    size = max(size, floor, STEPS[0])
    scale = 10 ** (len(str(size)) - len(str(STEPS[0])))
    for factor in (scale // 10, scale, scale * 10):
        for step in STEPS if factor else ():
            if step * factor >= size:
                return step * factor
    return size


def spelled_size(size: int) -> str:
    """Bytes as a policy spells them: `64 KB`, `2.5 MB`; exact, or a plain number."""
    for unit, name in _UNITS:
        if size >= unit and not size * 10 % unit:
            whole, tenth = divmod(size * 10 // unit, 10)
            return f"{whole}.{tenth} {name}" if tenth else f"{whole} {name}"
    return str(size)


def told_size(size: int) -> str:
    """Bytes as a message tells them, to two digits or three: `512 bytes`, `27.6 KB`."""
    for unit, name in _UNITS:
        if size >= unit:
            return f"{size / unit:.3g} {name}" if size < 1000 * unit else f"{size // unit} {name}"
    return f"{size} byte" if size == 1 else f"{size} bytes"
