"""The container images of a bundle: saved by the engine here, loaded into the engine there."""

import os
import shutil
import subprocess
from pathlib import Path

from docker.errors import ImageNotFound

from lab.bundle import BundleError
from lab.bundle.manifest import Images
from lab.engines import images
from lab.engines.daemon import INSTEAD, Daemon
from lab.evidence import printable
from lab.progress import Progress

ARCHIVE = "images.tar"


def save(daemon: Daemon, folder: Path, progress: Progress | None = None) -> Images:
    """Build what is not current, and write all images into one file: layers they share only once.

    Raises:
        EngineError: they cannot be built.
        BundleError: they cannot be written.
    """
    images.build(daemon, progress)
    names = [*images.names(), *_beside(daemon)]
    program = shutil.which("docker")
    if program is None:
        raise BundleError(f"the command docker is missing (package docker.io); {INSTEAD}")
    done = subprocess.run(
        [program, "save", "--output", str(folder / ARCHIVE), *names],
        env={**os.environ, "DOCKER_HOST": daemon.host},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise BundleError(f"docker save failed: {printable(done.stderr.strip(), 300)}")
    return Images(
        names=tuple(names),
        architecture=_architecture(daemon),
        sources=images.digest_of_sources(),
    )


def load(daemon: Daemon, folder: Path, told: Images) -> None:
    """Give a bundle's images to the engine.

    Raises:
        BundleError: they are for another kind of machine, or of other sources than those here.
    """
    if told.architecture != _architecture(daemon):
        here = _architecture(daemon)
        raise BundleError(f"the images are for {told.architecture}, this engine runs {here}")
    if told.sources != images.digest_of_sources():
        what = "the images were built from other sources than those that this pacslab runs from"
        raise BundleError(f"{what}: call the pacslab of the bundle's own sources (see INSTALL)")
    with (folder / ARCHIVE).open("rb") as file:
        daemon.client.images.load(file)
    if not images.are_current(daemon, told.sources):
        found = ", ".join(told.names)
        raise BundleError(f"the engine has loaded {found}, but not what `up` needs: {_needed()}")


def _needed() -> str:
    return f"{', '.join(images.names())} (unset {', '.join(images.NAMES)})"


def _beside(daemon: Daemon) -> list[str]:
    """Those of clinic-scale, where they are built."""
    names = [os.environ.get(name, usual) for name, usual in images.CLINIC_SCALE.items()]
    return [name for name in names if _is_there(daemon, name)]


def _is_there(daemon: Daemon, name: str) -> bool:
    try:
        daemon.client.images.get(name)
    except ImageNotFound:
        return False
    return True


def _architecture(daemon: Daemon) -> str:
    """As this engine calls it; docker and podman have each their own words."""
    told = str(daemon.client.info().get("Architecture", ""))
    return {"amd64": "x86_64", "arm64": "aarch64"}.get(told, told)
