"""A bench for servers of others, and what verify makes of each."""

import pytest

from lab import bad_certificates as bad
from lab.verify.address import Address
from lab.verify.identity import IdentityTable, PeerTable, check
from lab.verify.one import Plan, verify
from tests.e2e.verify.servers import FRIEND, HERE, SERVER_NAME, TITLE, Bench


@pytest.fixture(scope="session")
def bench(tmp_path_factory):
    return Bench.make(tmp_path_factory.mktemp("others"))


@pytest.fixture(scope="session")
def cases(bench):
    """Bad certificates of the archives' own authority."""
    return bad.write_all(bad.Bench(bench.authority, "friend"), bench.folder / "bad")


@pytest.fixture
def as_stranger():
    def ask(stands, **more):
        return verify(
            Plan(Address(HERE, HERE, (stands.port,)), may_write=True, longest=300, **more)
        )

    return ask


@pytest.fixture
def as_friend(bench, cases):
    def ask(stands):
        shows = stands.certificate
        peer = PeerTable(
            ae_title=FRIEND,
            certificate=bench.friend.certificate if shows else None,
            key=bench.friend.key if shows else None,
            listens_on=f"{HERE}:{stands.listens}" if stands.listens else None,
        )
        table = IdentityTable(
            called_ae=TITLE,
            ca=bench.authority.trust if stands.tls else None,
            server_name=SERVER_NAME,
            peers=(peer,),
        )
        plan = Plan(
            Address(HERE, HERE, (stands.port,)),
            check(table),
            bad_certificates=cases if shows else {},
            may_write=True,
            longest=300,
        )
        return verify(plan)

    return ask
