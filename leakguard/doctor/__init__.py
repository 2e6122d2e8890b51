"""Proof that the gate is wired: canaries that must be blocked, hooks that must fire, jobs that must wait, a policy that must not loosen."""

from leakguard.doctor._checks import Check, State
from leakguard.doctor._hooks import hooks
from leakguard.doctor._loosening import loosening
from leakguard.doctor._pipelines import pipelines
from leakguard.doctor._planting import plant

__all__ = ["Check", "State", "hooks", "loosening", "pipelines", "plant"]
