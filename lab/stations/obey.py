"""Does what a station is ordered to, with the same hands as the lab in one process."""

import secrets
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from lab import exposure
from lab.crew.counting import Counter
from lab.crew.gallery import drawing
from lab.filling import fill
from lab.friend import greet, greet_again
from lab.overheard import overheard
from lab.peers.glance import glance
from lab.peers.modality import modality_of
from lab.peers.workstation import Workstation
from lab.probe import Probe
from lab.probes import PROBES
from lab.run import ask_all
from lab.scene import Credential, Scene, Wanted
from lab.stations import orders
from lab.stations.arrivals import Standing
from lab.stations.config import Station
from lab.stations.scenes import scene_of
from lab.stations.telling import Teller
from lab.tap import Tap
from lab.target import Door

DRAWERS = 2
"""Processes that draw: a container counts all processors of its host, and gets a few."""


def obey(station: Station, order: orders.Order, teller: Teller) -> Any:
    """Do what is ordered; the result, as JSON has it.

    Raises:
        LookupError: the station knows no such archive or probe, or is no such device.
        OSError: a folder or a key of its own cannot be used.
    """
    return _DOES[order.do](station, order, teller)


@contextmanager
def _scene(station: Station, archive: str, wanted: Wanted | None = None) -> Iterator[Scene]:
    """The archive's scene; a stranger's certificate is made for each order."""
    with tempfile.TemporaryDirectory(prefix="stranger-") as folder:
        yield scene_of(station, archive, Path(folder) / "keys", wanted)


def _send(station: Station, order: orders.Send, teller: Teller) -> Any:
    device = station.device("modality")
    if station.images is None:
        raise LookupError("this station draws no images")
    sending = Counter(partial(teller.progress, "sending"))
    directory = station.images / f"order-{secrets.token_hex(4)}"
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, directory, ignore_errors=True)
        scenes = [stack.enter_context(_scene(station, name)) for name in order.archives]
        answer_key, sent = fill(
            directory,
            [
                replace(
                    modality_of(scene, scene.peers[device.role], directory, sending.add),
                    last=order.last.get(scene.name),
                    patience=order.patience,
                )
                for scene in scenes
            ],
            partial(teller.progress, "drawing"),
            patients=order.patients,
            first=order.first,
            seed=order.seed,
            size=order.size,
            jobs=DRAWERS,
        )
    result = orders.SentToAll(answer_key, dict(zip(order.archives, sent, strict=True)))
    return orders.SENT.dump_python(result, mode="json", by_alias=True)


def _work(station: Station, order: orders.Work, teller: Teller) -> Any:
    device = station.device("workstation")
    with _scene(station, order.archive) as scene:
        peer = scene.peers[device.role]
        workstation = Workstation(
            scene.target(peer),
            peer,
            order.answer_key,
            Counter(partial(teller.progress, "working")).add,
            partial(Standing, station.run) if device.stands else None,
        )
        return orders.WORKED.dump_python(workstation.work(), mode="json")


def _measure(station: Station, order: orders.Measure, teller: Teller) -> Any:
    with _scene(station, order.archive) as scene:
        taken = exposure.take(
            scene,
            drawing(teller.picture if order.pictures else None),
            partial(teller.progress, "taking"),
        )
    return orders.TAKEN.dump_python(taken, mode="json")


def _greet(station: Station, order: orders.Greet, _teller: Teller) -> Any:
    with _scene(station, order.archive, order.wanted) as scene:
        friend, known = greet(scene)
    greeted = orders.Greeted(scene.door, scene.ae_title, friend, known.wanted)
    return orders.GREETED.dump_python(greeted, mode="json")


def _ask(station: Station, order: orders.Ask, teller: Teller) -> Any:
    probes = [_probe(name) for name in order.probes]
    with _scene(station, order.archive, order.wanted) as met:
        scene = _with_brief(met, station, order.brief) if order.brief else met
        asked = ask_all(scene, probes, partial(teller.progress, "asking"))
    told = tuple(orders.AskedOne(one.probe.id, one.answered, one.seconds) for one in asked)
    return orders.ASKED.dump_python(told, mode="json")


def _with_brief(scene: Scene, station: Station, name: str) -> Scene:
    """The scene with the certificate that the authority has laid down for this question."""
    if station.brief is None:
        raise LookupError("this station is given no brief certificates")
    folder = station.brief / name
    made = Credential(folder / "certificate.pem", folder / "key.pem")
    return replace(scene, issue=lambda _lasts: made)


def _greet_again(station: Station, order: orders.GreetAgain, _teller: Teller) -> Any:
    with _scene(station, order.archive) as scene:
        return orders.GREETED_AGAIN.dump_python(greet_again(scene, order.before), mode="json")


def _listen(station: Station, order: orders.Listen, teller: Teller) -> Any:
    archive = station.archive(order.archive)
    door = Door(archive.host, archive.port, archive.tls)
    with Tap(door, (station.listens_at, archive.port)) as tap:
        teller.progress("listening", 1)
        tap.await_end(order.within)
        heard = overheard(tap, order.names)
    return orders.OVERHEARD.dump_python(heard, mode="json")


def _glance(station: Station, order: orders.Glance, _teller: Teller) -> Any:
    device = station.device("workstation")
    tap = station.archive(order.archive).tap
    if tap is None:
        raise LookupError(f"this station knows no tap before {order.archive!r}")
    with _scene(station, order.archive) as scene:
        tapped = scene.target(scene.peers[device.role]).but(
            door=replace(scene.door, host=tap), server_name=scene.server_name or scene.door.host
        )
        return orders.GLANCED.dump_python(glance(tapped, order.study), mode="json")


def _probe(name: str) -> Probe:
    for probe in PROBES:
        if probe.id == name:
            return probe
    raise LookupError(f"this station knows no probe {name!r}")


_DOES: Mapping[str, Callable[[Station, Any, Teller], Any]] = {
    "send": _send,
    "work": _work,
    "measure": _measure,
    "greet": _greet,
    "ask": _ask,
    "greet again": _greet_again,
    "listen": _listen,
    "glance": _glance,
}
