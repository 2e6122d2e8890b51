"""Which registry a policy allows."""

import pytest

from leakguard.publish import allows, shown

PYPI = "https://upload.pypi.org/legacy/"


@pytest.mark.parametrize(
    ("allowed", "address"),
    [
        (PYPI, PYPI),
        (PYPI, "https://upload.pypi.org/legacy"),
        ("https://upload.pypi.org", PYPI),
        (PYPI, "HTTPS://UPLOAD.pypi.org:443/legacy/"),
        (PYPI, "https://__token__:secret@upload.pypi.org/legacy/"),
        ("http://[::1]:8080/", "http://[::1]:8080/simple/"),
    ],
)
def test_the_same_registry_in_another_spelling_is_allowed(allowed: str, address: str) -> None:
    """Default port, capitals, a missing final slash, credentials, and what lies below."""
    assert allows(allowed, address)


@pytest.mark.parametrize(
    "address",
    [
        "http://upload.pypi.org/legacy/",
        "https://upload.pypi.org:8443/legacy/",
        "https://upload.pypi.org/",
        "https://upload.pypi.org/legacyish/",
        "https://upload.pypi.org/legacy/../other/",
        "https://upload.pypi.org/legacy/%2e%2e/other/",
        "https://upload.pypi.org/legacy\\..\\other",
        "https://upload.pypi.org.evil.example/legacy/",
        "https://evil.example/https://upload.pypi.org/legacy/",
        "https://upload.pypi.org@evil.example/legacy/",
        "https://evil.example#@upload.pypi.org/legacy/",
        "https://evil.example\\@upload.pypi.org/legacy/",
        "https://upload.pyp\u0456.org/legacy/",
        "https://upload.pypi.org:99999/legacy/",
        "https:///legacy/",
        "ftp://upload.pypi.org/legacy/",
        " https://upload.pypi.org/legacy/",
        "",
    ],
)
def test_another_registry_is_not(address: str) -> None:
    """Also where only a careless reader would take it for the same."""
    assert not allows(PYPI, address)


def test_an_address_is_shown_without_credentials() -> None:
    """Neither user nor password nor query."""
    assert "https://example.org:8080/simple/" == shown("https://user:pass@example.org:8080/simple/?token=x#y")
    assert "(an address that cannot be read)" == shown("https://[broken")
