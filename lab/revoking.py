"""A certificate that is revoked while its device is there: what goes on, and for how long.

An archive learns of a new list a moment after it is told, each of its workers in its own time. So
nothing is asked once: whoever is refused in the end was refused.
"""

import time
from collections.abc import Callable
from datetime import timedelta

from lab.probe import NotTestedError
from lab.resumption import Caller
from lab.scene import Credential, Scene
from lab.target import Target
from lab.wire import Record

LASTS = timedelta(minutes=10)
"""How long a certificate is good that is to be revoked."""
KNOWN_WITHIN = 10.0
"""Seconds after which a revocation that no new session meets is none."""
EFFECTIVE_WITHIN = 2.0
"""Seconds after that in which whatever else stands on the certificate has to end."""
PAUSE = 0.05
NOBODY = "the authority is not at hand that would make and revoke a certificate"


def issue(scene: Scene) -> tuple[Credential, Callable[[], None]]:
    """A good certificate, and what revokes it.

    Raises:
        NotTestedError: nobody is at hand who could make one; or, when it is to be revoked, who
            could do that. An archive that serves no new certificate at all is never asked for it.
    """
    if scene.issue is None:
        raise NotTestedError(NOBODY)
    shown = scene.issue(LASTS)

    def revoke() -> None:
        if scene.revoke is None:
            raise NotTestedError(NOBODY)
        scene.revoke(shown)

    return shown, revoke


def is_known(target: Target, shown: Credential) -> bool:
    """Whether the archive comes to refuse new sessions with a certificate that was revoked."""
    caller = Caller(target, shown, Record())
    return not _lasts(lambda: _is_accepted(caller), KNOWN_WITHIN)


def goes_on(is_served: Callable[[], bool]) -> bool:
    """Whether something is still served when its certificate is long known to be revoked."""
    return _lasts(is_served, EFFECTIVE_WITHIN)


def _is_accepted(caller: Caller) -> bool:
    try:
        return caller.call().accepted
    except OSError:
        return False


def _lasts(is_served: Callable[[], bool], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while is_served():
        if time.monotonic() > deadline:
            return True
        time.sleep(PAUSE)
    return False
