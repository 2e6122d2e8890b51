"""The closer looks that a rule may ask for, by the name that it uses."""

from collections.abc import Callable, Mapping

from leakguard.analyzers.secrets import _assignments, _authorization, _clouds, _jwt, _keys, _macaroons, _urls
from leakguard.analyzers.secrets._sight import Opinion, Sight
from leakguard.model import Confidence, Severity


def of_mode(sight: Sight, opinion: Opinion) -> Opinion | None:
    """Test mode moves no money."""
    if b"test" in sight.prefix or b"sandbox" in sight.prefix:
        return opinion.but(confidence=Confidence.LOW, severity=Severity.LOW, note="of the test mode", mode="test")
    return opinion.but(mode="live")


JUDGES: Mapping[str, Callable[[Sight, Opinion], Opinion | None]] = {
    "assignment": _assignments.judge,
    "aws-key": _clouds.of_aws_key,
    "basic-authorization": _authorization.of_basic,
    "bearer": _authorization.of_bearer,
    "jwt": _jwt.judge,
    "mode": of_mode,
    "private-key": _keys.judge,
    "pypi": _macaroons.judge,
    "service-account": _clouds.of_service_account,
    "url": _urls.judge,
}
