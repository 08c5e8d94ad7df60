"""Which of our tests asks what pynetdicom's own service tests ask: a list that must stay whole.

pynetdicom's wheel carries its tests. Those of the services that we replaced (verification,
storage, query, retrieve) start pynetdicom's own server with handlers of their own, so they
cannot be put to ours as they are. Each of them stands here with the test of ours that asks the
same of our archives, or with the reason why there is nothing to ask.
"""

import ast
import importlib.util
from pathlib import Path

import pytest

HERE = Path(__file__).parent

CASES = "test_service_cases.py"
QUERY = "test_query.py"
RETRIEVE = "test_retrieve.py"
STORAGE = "test_storage.py"

HANDLER = "how pynetdicom's server takes what its user's handler yields: ours has no handlers"
EVENT = "what pynetdicom's event objects show to a handler: ours has no handlers"
SCU = "a fault of pynetdicom's own SCU side"
REGISTER = "registering further SOP classes in pynetdicom at run time"

FAULT_OF_OURS = f"{RETRIEVE}::test_a_fault_of_ours_is_answered_and_the_association_goes_on"
UNREADABLE = f"{CASES}::test_an_identifier_that_cannot_be_read_is_told_by_every_service"
TOGETHER = f"{CASES}::test_failures_and_warnings_together"
ABORTED = f"{CASES}::test_who_aborts_amid_an_answer_is_gone_and_others_are_served"
NO_CONTEXT = f"{CASES}::test_what_we_have_no_service_for_gets_no_context"
MESSAGE_IDS = f"{CASES}::test_sub_operations_have_message_ids_of_their_own"

SAME_OF_GET_AND_MOVE = {
    UNREADABLE: "bad_req_identifier",
    FAULT_OF_OURS: "{}_handler_exception_default {}_handler_exception_prior",
    HANDLER: """{}_handler_bad_subops {}_handler_too_many_subops {}_handler_status_dataset
        {}_handler_status_dataset_multi {}_handler_status_int {}_handler_status_unknown
        {}_handler_status_invalid {}_handler_status_none {}_handler_exception_during
        {}_handler_bad_dataset {}_handler_invalid_dataset
        handler_aborts_before handler_aborts_before_solo handler_aborts_during_noops
        handler_aborts_during handler_aborts_after success_no_identifier
        pending_success pending_warning pending_failure""",
    TOGETHER: "scp_store_warning_failure",
    MESSAGE_IDS: "subop_message_id subop_message_id_rollover",
    REGISTER: "register",
}

LISTED = {
    "test_service_verification.py::TestVerificationServiceClass": {
        "test_verification.py::test_a_c_echo_is_answered_with_success": "scp_handler_return_valid",
        HANDLER: """scp_handler_return_dataset scp_handler_return_dataset_no_status
            scp_handler_return_dataset_multi scp_handler_return_dataset_unknown
            scp_handler_return_int scp_handler_no_status scp_handler_exception""",
        EVENT: "scp_handler_context scp_handler_assoc scp_handler_request",
        ABORTED: "abort disconnection",
        "../test_built_in.py::test_our_archive_answers_no_and_goes_on_serving": (
            "timeout dimse_network_timeout"
        ),
    },
    "test_service_storage.py::TestStorageServiceClass": {
        f"{STORAGE}::test_bytes_that_are_no_data_set_are_refused": "scp_failed_ds_decode",
        f"{STORAGE}::test_a_data_set_that_is_not_what_was_announced_is_refused_and_not_kept": (
            "status_enum"
        ),
        f"{STORAGE}::test_a_stored_instance_is_found_at_once_with_the_very_bytes_of_the_wire": (
            "scp_handler_dataset scp_handler_dataset_path event_file_meta"
        ),
        f"{RETRIEVE}::test_a_move_sends_every_instance_to_its_destination": "scp_handler_move_origin",
        HANDLER: """scp_handler_return_dataset scp_handler_return_dataset_multi
            scp_handler_return_int scp_handler_return_invalid scp_handler_no_status
            scp_handler_exception_default scp_handler_exception scp_handler_aborts
            scp_handler_dataset_path_windows_unlink""",
        EVENT: """scp_handler_context scp_handler_assoc scp_handler_request scp_handler_sop_extended
            event_ds_modify event_ds_change event_file_meta_bad""",
        NO_CONTEXT: "unrestricted",
        REGISTER: "register",
    },
    "test_service_qr.py::TestQRFindServiceClass": {
        UNREADABLE: "bad_req_identifier",
        HANDLER: """handler_status_dataset handler_status_dataset_multi handler_status_int
            handler_status_unknown handler_status_invalid handler_status_none
            handler_exception_prior handler_exception_default handler_exception_during
            handler_bad_identifier handler_aborts_before handler_aborts_before_solo
            handler_aborts_during handler_aborts_after handler_no_yield success_no_identifier
            pending_failure multi_pending_failure""",
        EVENT: "scp_handler_context scp_handler_assoc scp_handler_request scp_handler_identifier",
        f"{QUERY}::test_a_cancelled_query_ends_with_cancel": (
            "pending_cancel multi_pending_cancel scp_cancelled"
        ),
        f"{QUERY}::test_every_level_of_both_models_can_be_queried": (
            "pending_success multi_pending_success"
        ),
        ABORTED: "peer_aborts_during_handler",
        REGISTER: "register",
        "the Repository Query model (PS3.4 C.6.4), which our archives do not offer": (
            "repository_query"
        ),
    },
    "test_service_qr.py::TestQRGetServiceClass": {
        **{ours: theirs.format(*["get"] * 20) for ours, theirs in SAME_OF_GET_AND_MOVE.items()},
        f"{RETRIEVE}::test_a_damaged_instance_is_a_failed_sub_operation_and_the_others_are_sent": (
            "get_handler_exception_before get_handler_exception_after_subops"
        ),
        SCU: "store_handler_exception store_handler_bad",
        EVENT: """get_handler_context get_handler_request get_handler_assoc get_handler_identifier
            store_handler_context store_handler_request store_handler_assoc
            store_handler_dataset""",
        f"{RETRIEVE}::test_a_get_sends_every_instance_of_every_level_as_it_was_received": """
            scp_basic multi_pending_success get_success get_success_user""",
        f"{RETRIEVE}::test_a_get_in_part_is_a_warning_with_the_list_of_what_failed": """
            scp_store_failure multi_pending_failure""",
        f"{RETRIEVE}::test_warnings_of_the_receiver_are_counted_apart": """
            scp_store_warning multi_pending_warning get_warning""",
        f"{RETRIEVE}::test_a_get_without_the_scp_role_fails_every_sub_operation": "get_failure",
        f"{RETRIEVE}::test_a_cancelled_get_tells_what_was_not_begun": "get_cancel scp_cancelled",
        f"{RETRIEVE}::test_the_stored_encoding_is_preferred_where_both_are_accepted": "contexts",
    },
    "test_service_qr.py::TestQRMoveServiceClass": {
        **{ours: theirs.format(*["move"] * 20) for ours, theirs in SAME_OF_GET_AND_MOVE.items()},
        f"{RETRIEVE}::test_a_title_that_nobody_knows_is_refused": """
            move_bad_destination handler_unknown_destination move_handler_bad_aet""",
        f"{RETRIEVE}::test_a_destination_that_cannot_be_reached_fails_every_sub_operation": (
            "no_associate"
        ),
        f"{RETRIEVE}::test_nothing_to_move_is_success_and_nobody_is_called": (
            "no_subops_no_association"
        ),
        f"{RETRIEVE}::test_a_move_sends_every_instance_to_its_destination": """
            scp_basic multi_pending_success move_success success_no_warn""",
        f"{RETRIEVE}::test_a_destination_that_answers_no_is_counted": """
            scp_store_failure multi_pending_failure success_fail""",
        f"{RETRIEVE}::test_a_destination_without_a_fitting_context_fails_every_sub_operation": (
            "move_failure"
        ),
        f"{CASES}::test_warnings_of_a_destination_are_counted_apart": """
            scp_store_warning multi_pending_warning move_warning success_warn
            move_handler_warning""",
        f"{CASES}::test_a_cancelled_move_tells_what_was_not_begun": "move_cancel scp_cancelled",
        f"{HANDLER} (destination and its AE settings)": """move_handler_bad_yield_destination
            move_handler_bad_yield_subops move_handler_exception_destination
            move_handler_exception_subops move_handler_exception_ops
            handler_aborts_during_destination handler_assoc_kwargs
            handler_assoc_kwargs_raises""",
        EVENT: """scp_handler_context scp_handler_assoc scp_handler_request
            scp_handler_identifier scp_handler_move_dest""",
    },
    "test_service_qr.py::TestQRCompositeInstanceWithoutBulk": {
        NO_CONTEXT: "pixel_data waveform_sequence repeating_group_elements",
    },
    "test_service_qr.py::TestBasicWorklistServiceClass": {
        NO_CONTEXT: "bad_abstract_syntax_raises",
        REGISTER: "register",
    },
}


def functions(path, of_class=None):
    """Names of the tests of a file, or of one class in it."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    if of_class:
        (tree,) = [node for node in tree.body if getattr(node, "name", "") == of_class]
    names = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    return {name for name in names if name.startswith("test_")}


@pytest.mark.parametrize("place", LISTED)
def test_each_of_their_tests_is_listed_once(place):
    file, _, of_class = place.partition("::")
    theirs = Path(importlib.util.find_spec("pynetdicom").origin).parent / "tests" / file
    listed = [name for names in LISTED[place].values() for name in names.split()]

    assert len(listed) == len(set(listed))
    assert {f"test_{name}" for name in listed} == functions(theirs, of_class)


def test_every_test_of_ours_that_is_named_is_there():
    named = {ours for group in LISTED.values() for ours in group if "::" in ours}

    assert named
    for ours in sorted(named):
        file, _, name = ours.partition("::")
        assert name in functions(HERE / file), ours
