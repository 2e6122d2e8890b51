"""What the user may have meant."""

from collections.abc import Iterable

from leakguard.redact import escape


def meant(word: str, known: Iterable[str]) -> str:
    """A hint that names the known word nearest to `word`; empty when none is near."""
    from difflib import get_close_matches

    near = get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f"did you mean `{escape(near[0])}`?" if near else ""
