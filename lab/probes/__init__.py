"""The questions that the lab puts to an archive, one module each, in the order of the report."""

from lab.probe import Probe
from lab.probes.ae_title_oracle import ae_title_oracle
from lab.probes.anonymous_suite import anonymous_suite
from lab.probes.association_flood import association_flood
from lab.probes.borrowed_ae_title import borrowed_ae_title
from lab.probes.called_title_case import called_title_case
from lab.probes.calling_title_case import calling_title_case
from lab.probes.common_calling_titles import common_calling_titles
from lab.probes.confused_token import confused_token
from lab.probes.corrupted_certificate import corrupted_certificate
from lab.probes.deflated_images import deflated_images
from lab.probes.endless_command import endless_command
from lab.probes.expired_certificate import expired_certificate
from lab.probes.expired_token import expired_token
from lab.probes.find_beyond_scope import find_beyond_scope
from lab.probes.foreign_token import foreign_token
from lab.probes.forged_token import forged_token
from lab.probes.get_beyond_scope import get_beyond_scope
from lab.probes.giant_associate_rq import giant_associate_rq
from lab.probes.guess_ae_titles import guess_ae_titles
from lab.probes.guess_ae_titles_fast import guess_ae_titles_fast
from lab.probes.hostile_uid import hostile_uid
from lab.probes.inconsistent_instance import inconsistent_instance
from lab.probes.intermediate_without_ca_certificate import intermediate_without_ca_certificate
from lab.probes.line_feed_in_title import line_feed_in_title
from lab.probes.list_beyond_rights import list_beyond_rights
from lab.probes.list_patients import list_patients
from lab.probes.malformed_uid import malformed_uid
from lab.probes.missing_intermediate_certificate import missing_intermediate_certificate
from lab.probes.move_beyond_rights import move_beyond_rights
from lab.probes.move_beyond_scope import move_beyond_scope
from lab.probes.move_in_plaintext import move_in_plaintext
from lab.probes.move_outside_table import move_outside_table
from lab.probes.move_to_impostor import move_to_impostor
from lab.probes.move_to_stranger import move_to_stranger
from lab.probes.no_client_certificate import no_client_certificate
from lab.probes.no_user_identity import no_user_identity
from lab.probes.not_yet_valid_certificate import not_yet_valid_certificate
from lab.probes.null_cipher import null_cipher
from lab.probes.oversized_message import oversized_message
from lab.probes.overwrite_instance import overwrite_instance
from lab.probes.partial_pdu import partial_pdu
from lab.probes.plaintext_on_tls_port import plaintext_on_tls_port
from lab.probes.read_names_off_the_wire import read_names_off_the_wire
from lab.probes.resumed_after_expiry import resumed_after_expiry
from lab.probes.resumed_after_revocation import resumed_after_revocation
from lab.probes.retrieve_beyond_rights import retrieve_beyond_rights
from lab.probes.retrieve_images import retrieve_images
from lab.probes.revoked_certificate import revoked_certificate
from lab.probes.self_signed_certificate import self_signed_certificate
from lab.probes.sha1_certificate import sha1_certificate
from lab.probes.silent_association import silent_association
from lab.probes.silent_connection import silent_connection
from lab.probes.ssl_3_0 import ssl_3_0
from lab.probes.standing_after_revocation import standing_after_revocation
from lab.probes.static_rsa import static_rsa
from lab.probes.store_beyond_rights import store_beyond_rights
from lab.probes.store_by_stranger import store_by_stranger
from lab.probes.tls_1_0 import tls_1_0
from lab.probes.tls_1_1 import tls_1_1
from lab.probes.universal_query import universal_query
from lab.probes.unknown_ca_certificate import unknown_ca_certificate
from lab.probes.unknown_called_ae import unknown_called_ae
from lab.probes.unknown_calling_ae import unknown_calling_ae
from lab.probes.unneeded_contexts import unneeded_contexts
from lab.probes.unsigned_token import unsigned_token
from lab.probes.username_without_proof import username_without_proof
from lab.probes.weak_cipher import weak_cipher
from lab.probes.weak_rsa_certificate import weak_rsa_certificate
from lab.probes.without_crl_certificate import without_crl_certificate
from lab.probes.wrong_context import wrong_context
from lab.probes.wrong_key_certificate import wrong_key_certificate
from lab.probes.wrong_key_usage_certificate import wrong_key_usage_certificate
from lab.probes.wrong_passcode import wrong_passcode

PROBES: tuple[Probe, ...] = (
    list_patients,
    retrieve_images,
    move_to_stranger,
    store_by_stranger,
    unknown_called_ae,
    called_title_case,
    unknown_calling_ae,
    calling_title_case,
    common_calling_titles,
    ae_title_oracle,
    guess_ae_titles,
    guess_ae_titles_fast,
    read_names_off_the_wire,
    plaintext_on_tls_port,
    ssl_3_0,
    tls_1_0,
    tls_1_1,
    null_cipher,
    anonymous_suite,
    static_rsa,
    weak_cipher,
    no_client_certificate,
    unknown_ca_certificate,
    self_signed_certificate,
    corrupted_certificate,
    wrong_key_certificate,
    expired_certificate,
    not_yet_valid_certificate,
    revoked_certificate,
    resumed_after_expiry,
    resumed_after_revocation,
    standing_after_revocation,
    without_crl_certificate,
    wrong_key_usage_certificate,
    weak_rsa_certificate,
    sha1_certificate,
    missing_intermediate_certificate,
    intermediate_without_ca_certificate,
    borrowed_ae_title,
    no_user_identity,
    username_without_proof,
    wrong_passcode,
    forged_token,
    unsigned_token,
    confused_token,
    expired_token,
    foreign_token,
    list_beyond_rights,
    retrieve_beyond_rights,
    move_beyond_rights,
    store_beyond_rights,
    find_beyond_scope,
    get_beyond_scope,
    move_beyond_scope,
    universal_query,
    move_outside_table,
    move_in_plaintext,
    move_to_impostor,
    unneeded_contexts,
    overwrite_instance,
    inconsistent_instance,
    malformed_uid,
    wrong_context,
    hostile_uid,
    line_feed_in_title,
    giant_associate_rq,
    endless_command,
    deflated_images,
    silent_connection,
    silent_association,
    partial_pdu,
    oversized_message,
    association_flood,
)
