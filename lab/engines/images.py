"""The lab's images: built when the sources beside them are not those that they were built from.

A build writes a digest of its sources on the image. Where that is still right nothing is built, so
that a lab comes up in seconds, and where no registry and no package index can be reached.
"""

import hashlib
import os
from collections.abc import Iterator, Mapping
from contextlib import nullcontext
from pathlib import Path

from docker.errors import APIError, ImageNotFound

from lab.engines.compose import ROOT, BuildProgress, Compose
from lab.engines.daemon import Daemon
from lab.progress import Progress

LABEL = "pacslab.sources"
VARIABLE = "PACSLAB_SOURCES"
"""Environment variable by which compose.yaml is told the digest."""
NAMES: Mapping[str, str] = {
    "PACSLAB_IMAGE": "pacslab",
    "PACSLAB_SIDECAR_IMAGE": "pacslab-sidecar",
}
"""Environment variable and usual name of each image that `up` needs."""
CLINIC_SCALE: Mapping[str, str] = {
    "PACSLAB_BALANCER_IMAGE": "pacslab-balancer",
    "PACSLAB_POSTGRESQL_IMAGE": "pacslab-postgresql",
}
"""Those that only the profile of this name in compose.yaml needs, beside."""
SOURCES = (
    "compose/Dockerfile",
    "compose/pip-in-build",
    "compose/sbom-in-build",
    "compose/requirements-sbom.lock",
    "requirements.lock",
    "pyproject.toml",
    "README.md",
    "LICENSE",
    "lab",
    "pacs_open",
    "pacs_secure",
    "sample_images",
)
"""What the Dockerfile copies, and itself."""


def digest_of_sources(root: Path = ROOT) -> str:
    """SHA-256 over names and contents of what an image is built from."""
    digest = hashlib.sha256()
    for path in _files(root):
        content = hashlib.sha256(path.read_bytes()).hexdigest()
        digest.update(f"{path.relative_to(root).as_posix()} {content}\n".encode())
    return digest.hexdigest()


def _files(root: Path) -> Iterator[Path]:
    for name in SOURCES:
        place = root / name
        found = sorted(place.rglob("*")) if place.is_dir() else [place]
        yield from (path for path in found if path.is_file() and "__pycache__" not in path.parts)


def names(*, clinic_scale: bool = False) -> list[str]:
    """The images that `up` needs, or that the profile needs, too."""
    needed = {**NAMES, **(CLINIC_SCALE if clinic_scale else {})}
    return [os.environ.get(variable, usual) for variable, usual in needed.items()]


def are_current(daemon: Daemon, digest: str, *, clinic_scale: bool = False) -> bool:
    """Whether all images are there and were built from these sources."""
    for name in names(clinic_scale=clinic_scale):
        try:
            labels = daemon.client.images.get(name).labels
        except ImageNotFound:
            return False
        if labels.get(LABEL) != digest:
            return False
    return True


def build(daemon: Daemon, progress: Progress | None = None, *, clinic_scale: bool = False) -> None:
    """Build what is not current.

    Raises:
        lab.engines.compose.ComposeError: it cannot be built; the last lines say why.
    """
    digest = digest_of_sources()
    if are_current(daemon, digest, clinic_scale=clinic_scale):
        return
    profile = ["--profile=clinic-scale"] if clinic_scale else []
    compose = Compose("pacslab", daemon.host, {VARIABLE: digest})
    read = BuildProgress()
    with progress.task("building the images") if progress else nullcontext() as task:

        def hear(line: str) -> None:
            if read.hear(line) and task is not None:
                task.reach(read.steps, read.doing)

        compose.run(*profile, "build", "--progress", "plain", heard=hear)


def remove(daemon: Daemon) -> list[str]:
    """Remove the images; the names of those that are still in use by others."""
    used = []
    for name in names(clinic_scale=True):
        try:
            daemon.client.images.remove(name)
        except ImageNotFound:
            continue
        except APIError:
            used.append(name)
    return used
