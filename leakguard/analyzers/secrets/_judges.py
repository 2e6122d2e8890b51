"""The closer looks that a rule may ask for, by the name that it uses."""

from collections.abc import Callable, Mapping

from leakguard.analyzers.secrets import _assignments, _authorization, _clouds, _jwt, _keys, _kubernetes, _macaroons, _urls
from leakguard.analyzers.secrets._places import is_for_show
from leakguard.analyzers.secrets._sight import Opinion, Sight
from leakguard.model import Confidence, Severity


def of_mode(sight: Sight, opinion: Opinion) -> Opinion | None:
    """Test mode moves no money."""
    if b"test" in sight.prefix or b"sandbox" in sight.prefix:
        return opinion.but(confidence=Confidence.LOW, severity=Severity.LOW, note="of the test mode", mode="test")
    return opinion.but(mode="live")


def of_place(sight: Sight, opinion: Opinion) -> Opinion:
    """What stands among tests or documentation is less sure."""
    return opinion.but(confidence=Confidence.LOW, note="among tests or documentation") if is_for_show(sight.path) else opinion


JUDGES: Mapping[str, Callable[[Sight, Opinion], Opinion | None]] = {
    "assignment": _assignments.judge,
    "aws-key": _clouds.of_aws_key,
    "basic-authorization": _authorization.of_basic,
    "bearer": _authorization.of_bearer,
    "comparison": _assignments.judge,
    "for-show": of_place,
    "jwt": _jwt.judge,
    "kubernetes": _kubernetes.judge,
    "mode": of_mode,
    "password": _assignments.of_password,
    "private-key": _keys.judge,
    "pypi": _macaroons.judge,
    "service-account": _clouds.of_service_account,
    "signed-address": _clouds.of_signed_address,
    "url": _urls.judge,
}
