"""Each item is read back by pynetdicom, which has never seen our writing before."""

import pytest
from pynetdicom.pdu import A_ASSOCIATE_AC, A_ASSOCIATE_RQ

from pacs_open.wire import items

CT_IMAGE = "1.2.840.10008.5.1.4.1.1.2"
VERIFICATION = "1.2.840.10008.1.1"
IMPLICIT, EXPLICIT = "1.2.840.10008.1.2", "1.2.840.10008.1.2.1"
WE = [items.maximum_length(131072), items.implementation("2.25.7", "NAME_01")]


def _read(kind, pdu):
    """The primitive that pynetdicom makes of it, if it would write the same bytes."""
    read = kind()
    read.decode(pdu)
    assert read.encode() == pdu
    return read.to_primitive()


def _user_information(primitive):
    return {type(item).__name__: item for item in primitive.user_information}


def test_a_request_says_who_proposes_what():
    pdu = items.request(
        "PACS",
        "SIXTEEN LETTERS!",
        [
            items.proposed_context(1, VERIFICATION, [IMPLICIT]),
            items.proposed_context(255, CT_IMAGE, [EXPLICIT, IMPLICIT]),
        ],
        [*WE, items.role_selection(CT_IMAGE, scu=False, scp=True)],
    )

    read = _read(A_ASSOCIATE_RQ, pdu)

    assert (read.called_ae_title, read.calling_ae_title) == ("PACS", "SIXTEEN LETTERS!")
    assert read.application_context_name == items.APPLICATION_CONTEXT
    assert {
        one.context_id: (one.abstract_syntax, one.transfer_syntax)
        for one in read.presentation_context_definition_list
    } == {1: (VERIFICATION, [IMPLICIT]), 255: (CT_IMAGE, [EXPLICIT, IMPLICIT])}
    role = _user_information(read)["SCP_SCU_RoleSelectionNegotiation"]
    assert (role.sop_class_uid, role.scu_role, role.scp_role) == (CT_IMAGE, False, True)


def test_an_acceptance_says_what_was_agreed():
    pdu = items.acceptance(
        "PACS",
        "PEER",
        [items.negotiated_context(1, 0, EXPLICIT), items.negotiated_context(3, 4, IMPLICIT)],
        [
            *WE,
            items.role_selection(CT_IMAGE, scu=True, scp=False),
            items.extended_negotiation(CT_IMAGE, b"\1\0"),
            items.user_identity_answer(b"ticket"),
        ],
    )

    read = _read(A_ASSOCIATE_AC, pdu)

    results = read.presentation_context_definition_results_list
    assert {one.context_id: (one.result, one.transfer_syntax[0]) for one in results} == {
        1: (0, EXPLICIT),
        3: (4, IMPLICIT),
    }
    assert read.maximum_length_received == 131072
    found = _user_information(read)
    assert found["ImplementationClassUIDNotification"].implementation_class_uid == "2.25.7"
    assert found["ImplementationVersionNameNotification"].implementation_version_name == "NAME_01"
    role = found["SCP_SCU_RoleSelectionNegotiation"]
    assert (role.scu_role, role.scp_role) == (True, False)
    extended = found["SOPClassExtendedNegotiation"]
    assert extended.service_class_application_information == b"\1\0"
    assert found["UserIdentityNegotiation"].server_response == b"ticket"


@pytest.mark.parametrize("title", ["\N{LATIN SMALL LETTER E WITH ACUTE}", "\N{SNOWMAN}"])
def test_an_ae_title_that_is_not_ascii_does_not_leave(title):
    with pytest.raises(UnicodeEncodeError):
        items.request(title, "PEER", [], WE)
