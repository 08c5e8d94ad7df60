"""The maps, and the clauses of one."""


def test_the_maps_are_listed(pacslab):
    said = pacslab("maps").stdout
    for name in ("ps3_15", "mds2", "hipaa", "kbv_annex_4"):
        assert name in said


def test_a_clause_without_a_probe_is_listed_as_such(pacslab):
    said = " ".join(pacslab("maps", "hipaa").stdout.split())
    assert "no probe" in said
    assert "plaintext_on_tls_port" in said.replace(" ", "") or "plaintext" in said


def test_an_unknown_map_is_wrong_use(pacslab):
    result = pacslab("maps", "hippa")
    assert result.exit_code == 2
    assert "did you mean 'hipaa'" in result.stderr
