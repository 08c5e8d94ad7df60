"""What a room without a network needs: the lab's images, wheels, sources and documentation.

``pacslab bundle DIR`` writes it where there is a network, ``pacslab bundle load DIR`` brings the
lab up from it where there is none. Checksums are written last: without them a bundle is not whole,
and nothing of one that was changed is used.
"""

from lab.errors import WrongUseError


class BundleError(WrongUseError):
    """A bundle cannot be written, or must not be used; the message says why and what to do."""
