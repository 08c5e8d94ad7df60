"""The program of the service ``pki``.

``python -m lab.issuing --config pki.toml create`` makes the authority and everybody's keys, each
in a folder of its own. Run again it keeps what is good for the whole time to live, and makes
anew what is not. ``sign`` certifies a key that its owner keeps, ``revoke`` and ``crl`` renew the
archive's revocation list. What was made anew is used by an archive once it is restarted.
``brief`` makes a certificate for one question alone.
"""

import argparse
import sys
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path

from lab import told
from lab.issuing.admit import AdmissionError, withdraw
from lab.issuing.issue import (
    IssuingError,
    admit_newcomer,
    brief,
    certificate_of,
    create,
    dismiss,
    renew_crl,
    revoke,
    sign,
    valid_until,
)
from lab.issuing.plan import Issuing
from lab.newcomer import Newcomer

WRONG_USE = 2
"""Exit code: what was asked for cannot be done; one line on standard error says why."""


def _create(plan: Issuing, chosen: argparse.Namespace) -> None:
    made = create(plan, timedelta(hours=chosen.hours))
    what = f"made anew: {', '.join(made)}" if made else "everything is good as it is"
    sys.stdout.write(f"{what}; valid until {valid_until(plan):%Y-%m-%d %H:%M} UTC\n")


def _sign(plan: Issuing, chosen: argparse.Namespace) -> None:
    request = sys.stdin.buffer.read()
    sys.stdout.buffer.write(sign(plan, chosen.name, request, listens=chosen.listens))


def _brief(plan: Issuing, chosen: argparse.Namespace) -> None:
    ends = brief(plan, chosen.question, timedelta(seconds=chosen.seconds))
    sys.stdout.write(f"valid until {ends:%Y-%m-%d %H:%M:%S} UTC\n")


def _revoke(plan: Issuing, chosen: argparse.Namespace) -> None:
    named = chosen.name is not None
    revoke(plan, certificate_of(plan, chosen.name) if named else sys.stdin.buffer.read())


def _admit(plan: Issuing, chosen: argparse.Namespace) -> None:
    sys.stdout.write(admit_newcomer(plan, Newcomer.model_validate_json(chosen.newcomer)))


def _dismiss(plan: Issuing, chosen: argparse.Namespace) -> None:
    dismiss(plan, chosen.name)


def _withdraw(plan: Issuing, chosen: argparse.Namespace) -> None:
    withdraw(plan.archive.admitted, chosen.name)


def _crl(plan: Issuing, _chosen: argparse.Namespace) -> None:
    renew_crl(plan)


_COMMANDS: dict[str, Callable[[Issuing, argparse.Namespace], None]] = {
    "create": _create,
    "sign": _sign,
    "brief": _brief,
    "revoke": _revoke,
    "crl": _crl,
    "admit": _admit,
    "dismiss": _dismiss,
    "withdraw": _withdraw,
}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="pki", description="Issues the lab's certificates.")
    parser.add_argument("--config", required=True, type=Path, metavar="F", help="TOML file")
    commands = parser.add_subparsers(dest="command", required=True)
    made = commands.add_parser("create", help="make what is not there or does not last")
    made.add_argument("--hours", type=float, default=8.0, help="the lab's time to live")
    signed = commands.add_parser("sign", help="certify the key of a request on standard input")
    signed.add_argument("--name", required=True, help="the device is NAME.pacslab.internal")
    signed.add_argument("--listens", action="store_true", help="it is called, too")
    short = commands.add_parser("brief", help="make a good certificate for one question")
    short.add_argument("question")
    short.add_argument("--seconds", required=True, type=float)
    taken = commands.add_parser("revoke", help="revoke a device, or a certificate on stdin")
    taken.add_argument("name", nargs="?")
    commands.add_parser("crl", help="sign the revocation list anew")
    admitted = commands.add_parser("admit", help="let a device in, and say its certificate")
    admitted.add_argument("newcomer", help="who it is, in JSON")
    for name, does in (
        ("dismiss", "revoke a device, and take back what admitted it"),
        ("withdraw", "take back an admission that was not obeyed"),
    ):
        commands.add_parser(name, help=does).add_argument("name")
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """``python -m lab.issuing``. Returns the exit code: 0 or 2."""
    chosen = _parser().parse_args(arguments)
    try:
        _COMMANDS[chosen.command](told.read(chosen.config, Issuing), chosen)
    except (IssuingError, AdmissionError, told.ToldError, OSError) as error:
        sys.stderr.write(f"pki: {error}\n")
        return WRONG_USE
    return 0


if __name__ == "__main__":
    sys.exit(main())
