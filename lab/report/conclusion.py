"""What a demo has shown, in one sentence, and its exit code. Pure; the words come from here only.

Nothing reached is never "secure", and an archive that refuses its friends too is not secure
but broken.
"""

from dataclasses import dataclass
from enum import StrEnum

from lab.report.model import Count, DemoReport, Report
from lab.verdict import ExitCode, Verdict


class Shown(StrEnum):
    """What a demo can have shown."""

    THE_CLOSING = "shown"
    BROKEN = "secure but broken"
    LEAK = "the hardened archive leaks"
    INCONCLUSIVE = "inconclusive"
    NO_LEAK = "the open archive did not leak as it should"


@dataclass(frozen=True)
class Conclusion:
    """The outcome of a demo."""

    shown: Shown
    headline: str
    """One line."""
    words: str
    """What it means, for somebody who has never seen DICOM."""

    @property
    def exit_code(self) -> ExitCode:
        """0 only if the demo showed what it should."""
        if self.shown is Shown.THE_CLOSING:
            return ExitCode.ALL_PASS
        return ExitCode.INCONCLUSIVE if self.shown is Shown.INCONCLUSIVE else ExitCode.SOME_FAIL


def conclude(report: DemoReport) -> Conclusion:
    """Judge the demo as a whole: a fail counts before doubt, doubt before the showing."""
    secure = report.secure
    if _leaks(secure):
        return Conclusion(
            Shown.LEAK,
            "The hardened archive let through what it must stop.",
            "At least one attempt succeeded against the archive that should stop it. The table "
            "says which one, and which control should have closed it.",
        )
    if _is_broken(secure):
        return Conclusion(
            Shown.BROKEN,
            "Secure but broken: the hardened archive refuses its own friends, too.",
            "A stranger obtained nothing, but neither could the clinic's own modality and "
            "workstation do their work. An archive that is closed to everybody protects no "
            "patient: somebody will switch its safeguards off to get on with the day.",
        )
    if not _is_conclusive(secure):
        return _inconclusive(secure)
    if not _leaks_everything(report.open):
        return Conclusion(
            Shown.NO_LEAK,
            "The open archive was meant to leak everything, and did not.",
            "The comparison needs an archive that leaks. Something on this machine stood in the "
            "way; the evidence says what the wire showed.",
        )
    return Conclusion(
        Shown.THE_CLOSING,
        "The open archive leaked everything. The hardened one gave a stranger nothing.",
        "Both hold the same images and were asked the same questions in the same run. The "
        "clinic's own modality and workstation went on working on the hardened one, over "
        "encrypted connections with certificates verified on both sides.",
    )


def _inconclusive(secure: Report) -> Conclusion:
    """Nothing is proven: nobody was served, or questions were left open."""
    friend = secure.positive_control
    if friend is not None and friend.ok:
        return Conclusion(
            Shown.INCONCLUSIVE,
            "Inconclusive: not every question to the hardened archive was settled.",
            "The clinic's own devices were served, but not everything could be asked, or the "
            "answer could not be told. What is not settled must never be read as protection; "
            "the table says which questions are open.",
        )
    return Conclusion(
        Shown.INCONCLUSIVE,
        "Inconclusive: no friend was served while the hardened archive was questioned.",
        "So nothing is proven. That a stranger obtained nothing is also true of an archive that "
        "is switched off. Without a friend who is served in the same run, a refusal must never "
        "be read as protection.",
    )


def _leaks(report: Report) -> bool:
    """Whether an attempt succeeded or something was obtained."""
    exposure = report.exposure
    obtained = exposure is not None and bool(
        exposure.patients.obtained or exposure.images.obtained or exposure.writable
    )
    return obtained or any(probe.answer == "yes" for probe in report.probes)


def _is_broken(report: Report) -> bool:
    """Whether the archive was there and refused a friend."""
    friend = report.positive_control
    return friend is not None and friend.reached and not friend.ok


def _is_conclusive(report: Report) -> bool:
    """Whether friends were served, and each probe's answer is a pass or was no question here."""
    settled = {Verdict.PASS, Verdict.NOT_TESTED, Verdict.NOT_APPLICABLE}
    return (
        report.positive_control is not None
        and report.positive_control.ok
        and report.exposure is not None
        and report.count(Verdict.PASS) > 0
        and all(probe.verdict in settled for probe in report.probes)
    )


def _leaks_everything(report: Report) -> bool:
    """Whether the stranger has every patient and every image, identical, and may write."""
    exposure = report.exposure
    return (
        exposure is not None
        and exposure.text == "L6+W"
        and _is_whole(exposure.patients)
        and _is_whole(exposure.images)
        and exposure.images.identical == exposure.images.planted
    )


def _is_whole(count: Count) -> bool:
    return bool(count.planted) and count.obtained == count.planted
