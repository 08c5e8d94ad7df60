"""One module a control, and CONTROLS: the tuple, in the order asked."""

from pacs_open.control import Control
from pacs_secure.controls.association_limit import AssociationLimit
from pacs_secure.controls.audit import Audit
from pacs_secure.controls.called_ae import CalledAE
from pacs_secure.controls.calling_ae import CallingAE
from pacs_secure.controls.handshake_deadline import HandshakeDeadline
from pacs_secure.controls.instance_checks import InstanceChecks
from pacs_secure.controls.message_limits import MessageLimits
from pacs_secure.controls.move_destinations import MoveDestinations
from pacs_secure.controls.no_overwrite import NoOverwrite
from pacs_secure.controls.node_identity import NodeIdentity
from pacs_secure.controls.permissions import Permissions
from pacs_secure.controls.presentation_contexts import PresentationContexts
from pacs_secure.controls.query_scope import QueryScope
from pacs_secure.controls.refusal_budget import RefusalBudget
from pacs_secure.controls.tls import Tls
from pacs_secure.controls.uniform_refusal import UniformRefusal
from pacs_secure.controls.user_identity import UserIdentity

CONTROLS: tuple[type[Control], ...] = (
    HandshakeDeadline,
    MessageLimits,
    Tls,
    AssociationLimit,
    RefusalBudget,
    CalledAE,
    CallingAE,
    UniformRefusal,
    NodeIdentity,
    UserIdentity,
    PresentationContexts,
    Permissions,
    QueryScope,
    MoveDestinations,
    NoOverwrite,
    InstanceChecks,
    Audit,
)
"""In the order asked; the first no wins. ``audit`` is last: it makes no decision."""
