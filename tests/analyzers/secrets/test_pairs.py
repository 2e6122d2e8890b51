"""A key id and its secret are one finding."""

from tests.analyzers.secrets.search import found
from tests.builders import token

BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
ALIBABA = "LTAI" + token("", 20)


def test_id_takes_in_the_secret_behind_it() -> None:
    """Both parts are named; the finding stands at the id and is critical."""
    (finding,) = found(f"aliyun_id = {ALIBABA}\naliyun_secret = {token('', 30)}\n")
    assert ("secret/alibaba-access-key", "critical", "complete") == (finding.rule, finding.severity, finding.evidence["pair"])
    assert ["secret/alibaba-access-key", "secret/alibaba-named-key"] == finding.evidence["parts"]


def test_id_takes_in_the_secret_before_it() -> None:
    """The order means nothing."""
    (finding,) = found(f"aliyun_secret = {token('', 30)}\naliyun_id = {ALIBABA}\n")
    assert finding.evidence["pair"] == "complete"


def test_each_secret_belongs_to_one_id() -> None:
    """Two ids with two secrets are two pairs."""
    text = "".join(f"id{n} = {'AKIA' + token('', 16, BASE32, seed=n)}\naws_secret_access_key = {token('', 40, seed=n)}\n" for n in (3, 4))
    assert ["secret/aws-access-key"] * 2 == [one.rule for one in found(text)]


def test_far_apart_they_are_two_findings() -> None:
    """What stands pages away belongs to something else."""
    text = f"aliyun_id = {ALIBABA}\n" + "# nothing\n" * 80 + f"aliyun_secret = {token('', 30)}\n"
    assert len(found(text)) == 2


def test_pair_survives_a_move() -> None:
    """The secret's own digest is the pair's fingerprint."""
    text = f"aliyun_id = {ALIBABA}\naliyun_secret = {token('', 30)}\n"
    assert found(text)[0].fingerprint == found("moved down\n" + text, path="package/b.txt")[0].fingerprint
