"""Loading a bundle where there is no network: nothing is used before everything was looked at."""

from pathlib import Path

from lab.bundle import BundleError, sums
from lab.bundle.manifest import Manifest, this_platform, this_python
from lab.engines import compose
from lab.engines.known import Name
from lab.progress import Progress


def load(folder: Path, engine: Name | None, progress: Progress) -> Name:
    """Look at a bundle and give its images to the engine; the engine that the lab can run with.

    ``engine`` None: in containers if the bundle has images.

    Raises:
        BundleError: something was changed, is missing, or is for another machine.
        EngineError: no engine answers.
    """
    if not folder.is_dir():
        raise BundleError(f"{folder} is no folder: name the one that `pacslab bundle` wrote")
    with progress.task("looking at the checksums"):
        sums.check(folder)
    manifest = Manifest.load(folder)
    if (manifest.python, manifest.platform) != (this_python(), this_platform()):
        here = f"{this_python()} on {this_platform()}"
        what = f"the bundle is for {manifest.python} on {manifest.platform}, this is {here}"
        raise BundleError(f"{what}; write it on a machine like this one")
    chosen = engine or ("docker" if manifest.images else "process")
    if chosen == "docker":
        _load_images(folder, manifest, progress)
    return chosen


def _load_images(folder: Path, manifest: Manifest, progress: Progress) -> None:
    from lab.bundle import images  # noqa: PLC0415 - who wants none needs no SDK
    from lab.engines.daemon import connected  # noqa: PLC0415

    if manifest.images is None:
        raise BundleError("the bundle has no images: it was written with `--engine process`")
    compose.file()
    with connected() as daemon, progress.task("loading the images"):
        images.load(daemon, folder, manifest.images)
