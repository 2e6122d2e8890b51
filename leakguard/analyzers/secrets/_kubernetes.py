"""Manifests of Kubernetes Secrets: base64 hides nothing."""

import base64
import binascii

from leakguard.analyzers.secrets._places import Place, place_of
from leakguard.analyzers.secrets._sight import Opinion, Sight
from leakguard.analyzers.secrets._values import Nature, nature_of
from leakguard.model import Confidence

_CERTIFICATE = b"-----BEGIN CERT"


def judge(sight: Sight, opinion: Opinion) -> Opinion | None:
    """What cannot be decoded is no value; one that reads as words may be a sample."""
    try:
        value = base64.b64decode(sight.secret, validate=True)
    except binascii.Error:
        return None
    if place_of(sight.path) is Place.SHOW:
        return None
    if value.isascii() and (value.startswith(_CERTIFICATE) or nature_of(value.strip()) is Nature.WRITTEN):
        return opinion.but(confidence=Confidence.LOW)
    return opinion
