"""What may stand in a rule's expression, and texts made from one. Never imported in a normal run."""

import re
from collections.abc import Iterable
from random import Random
from re import _constants as codes  # type: ignore[attr-defined] # the parser of `re` has no public name
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

WIDEST = 32 * 1024
"""Bytes that an expression may span at most."""

FEW = 8
"""A repetition in a repetition is harmless while the outer one is as short as this and the inner one bounded."""


def check(pattern: str) -> int:
    """Refuse an expression that is unbounded, nests repetitions or lacks the one group `secret`; return the most bytes that it spans."""
    tree = parser.parse(pattern)
    if tree.state.groupdict != {"secret": 1} or tree.state.groups != 2:
        raise ValueError("exactly one group, `secret`, is wanted")
    _refuse_nesting(tree, inside=False)
    return width_of(pattern)


def width_of(pattern: str) -> int:
    """The most bytes that `pattern` can span."""
    _least, most = parser.parse(pattern).getwidth()
    if most > WIDEST:
        raise ValueError("the expression is not bounded")
    return int(most)


def shortest_of(pattern: str) -> int:
    """The fewest bytes that the group `secret` of `pattern` can span."""
    return next((int(least) for least in _spans_of_groups(parser.parse(pattern))), 0)


def _spans_of_groups(tree: Any) -> Iterable[int]:
    for operation, argument in tree:
        if operation is codes.SUBPATTERN and argument[0] is not None:
            yield argument[3].getwidth()[0]
        elif operation is codes.SUBPATTERN:
            yield from _spans_of_groups(argument[3])
        elif operation in (codes.MAX_REPEAT, codes.MIN_REPEAT):
            yield from _spans_of_groups(argument[2])
        elif operation is codes.BRANCH:
            for branch in argument[1]:
                yield from _spans_of_groups(branch)


def text_of(pattern: str, random: Random) -> str:
    """One of the texts that `pattern` matches: literals, classes, alternatives, groups and bounded repetitions."""
    return "".join(_texts(parser.parse(pattern), random))


def _refuse_nesting(tree: Any, *, inside: bool) -> None:
    for operation, argument in tree:
        if operation in (codes.MAX_REPEAT, codes.MIN_REPEAT):
            _least, most, body = argument
            if inside and most > 1:
                raise ValueError("a repetition stands inside a repetition")
            _refuse_nesting(body, inside=inside or most > FEW)
        elif operation is codes.SUBPATTERN:
            _refuse_nesting(argument[3], inside=inside)
        elif operation is codes.BRANCH:
            for branch in argument[1]:
                _refuse_nesting(branch, inside=inside)
        elif operation in (codes.GROUPREF, codes.GROUPREF_EXISTS):
            raise ValueError("a back reference is not safe")


def _texts(tree: Any, random: Random) -> Iterable[str]:
    for operation, argument in tree:
        if operation is codes.LITERAL:
            yield chr(argument)
        elif operation in (codes.ANY, codes.NOT_LITERAL):
            yield "." if argument != ord(".") else "-"
        elif operation is codes.IN:
            yield random.choice(_alphabet(argument))
        elif operation in (codes.MAX_REPEAT, codes.MIN_REPEAT):
            least, most, body = argument
            for _ in range(random.randint(least, min(most, least + 8))):
                yield from _texts(body, random)
        elif operation is codes.SUBPATTERN:
            yield from _texts(argument[3], random)
        elif operation is codes.BRANCH:
            yield from _texts(random.choice(argument[1]), random)
        else:
            raise ValueError(f"no text can be made of {operation}")


def _alphabet(items: Any) -> str:
    printable = [chr(code) for code in range(0x20, 0x7F)]
    if items[0][0] is codes.NEGATE:
        return "".join(one for one in printable if one not in _alphabet(items[1:]))
    out = ""
    for operation, argument in items:
        if operation is codes.LITERAL:
            out += chr(argument)
        elif operation is codes.RANGE:
            out += "".join(map(chr, range(argument[0], argument[1] + 1)))
        else:
            word = {codes.CATEGORY_DIGIT: r"\d", codes.CATEGORY_WORD: r"\w", codes.CATEGORY_SPACE: r"\s"}[argument]
            out += "".join(one for one in printable if re.match(word, one))
    return out
