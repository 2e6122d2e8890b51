"""A fixed number of mutated inputs a harness, the same on every run; hours of others are for `make fuzz`."""

import pytest

from tests.fuzz.corpus import FINDS
from tests.fuzz.harnesses import HARNESSES
from tests.fuzz.mutation import mutated

EXECUTIONS = 1500


@pytest.mark.parametrize("name", HARNESSES)
def test_sound_inputs_and_those_of_the_past_raise_nothing(name: str) -> None:
    """What the mutations begin with is taken as it is, and what was found once stays repaired."""
    for data in (*HARNESSES[name].seeds(), *FINDS.get(name, ())):
        HARNESSES[name].run(data)


@pytest.mark.slow
@pytest.mark.parametrize("name", HARNESSES)
def test_no_mutation_raises_what_no_reader_meant(name: str) -> None:
    """Whatever the bytes are, they end in entries and damage, and the books balance."""
    seeds = (*HARNESSES[name].seeds(), *FINDS.get(name, ()))
    for number in range(EXECUTIONS if name != "policy" else EXECUTIONS // 5):
        HARNESSES[name].run(mutated(seeds, number))
