"""Schemathesis with another seed each time; in a file of its own, so that it runs beside the others."""

from support.schemathesis import schemathesis


def test_schemathesis_finds_nothing_with_a_random_seed(server, tmp_path, generator, tell):
    cases = schemathesis(server, tmp_path, "--seed", str(generator.getrandbits(32)), "--max-examples", "28", "--phases", "fuzzing")
    assert cases >= 2000
    tell(f"{cases} cases")
