"""The questions that the lab puts to an archive, one module each, in the order of the report."""

from lab.probe import Probe
from lab.probes.anonymous_suite import anonymous_suite
from lab.probes.association_flood import association_flood
from lab.probes.borrowed_ae_title import borrowed_ae_title
from lab.probes.corrupted_certificate import corrupted_certificate
from lab.probes.expired_certificate import expired_certificate
from lab.probes.guess_ae_titles import guess_ae_titles
from lab.probes.inconsistent_instance import inconsistent_instance
from lab.probes.intermediate_without_ca_certificate import intermediate_without_ca_certificate
from lab.probes.list_beyond_rights import list_beyond_rights
from lab.probes.list_patients import list_patients
from lab.probes.malformed_uid import malformed_uid
from lab.probes.missing_intermediate_certificate import missing_intermediate_certificate
from lab.probes.move_beyond_rights import move_beyond_rights
from lab.probes.move_outside_table import move_outside_table
from lab.probes.move_to_stranger import move_to_stranger
from lab.probes.no_client_certificate import no_client_certificate
from lab.probes.not_yet_valid_certificate import not_yet_valid_certificate
from lab.probes.null_cipher import null_cipher
from lab.probes.overwrite_instance import overwrite_instance
from lab.probes.plaintext_on_tls_port import plaintext_on_tls_port
from lab.probes.read_names_off_the_wire import read_names_off_the_wire
from lab.probes.retrieve_beyond_rights import retrieve_beyond_rights
from lab.probes.retrieve_images import retrieve_images
from lab.probes.revoked_certificate import revoked_certificate
from lab.probes.self_signed_certificate import self_signed_certificate
from lab.probes.sha1_certificate import sha1_certificate
from lab.probes.silent_connection import silent_connection
from lab.probes.ssl_3_0 import ssl_3_0
from lab.probes.static_rsa import static_rsa
from lab.probes.store_beyond_rights import store_beyond_rights
from lab.probes.store_by_stranger import store_by_stranger
from lab.probes.tls_1_0 import tls_1_0
from lab.probes.tls_1_1 import tls_1_1
from lab.probes.unknown_ca_certificate import unknown_ca_certificate
from lab.probes.unknown_called_ae import unknown_called_ae
from lab.probes.unknown_calling_ae import unknown_calling_ae
from lab.probes.unneeded_contexts import unneeded_contexts
from lab.probes.weak_cipher import weak_cipher
from lab.probes.weak_rsa_certificate import weak_rsa_certificate
from lab.probes.without_crl_certificate import without_crl_certificate
from lab.probes.wrong_key_certificate import wrong_key_certificate
from lab.probes.wrong_key_usage_certificate import wrong_key_usage_certificate

PROBES: tuple[Probe, ...] = (
    list_patients,
    retrieve_images,
    move_to_stranger,
    store_by_stranger,
    unknown_called_ae,
    unknown_calling_ae,
    guess_ae_titles,
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
    without_crl_certificate,
    wrong_key_usage_certificate,
    weak_rsa_certificate,
    sha1_certificate,
    missing_intermediate_certificate,
    intermediate_without_ca_certificate,
    borrowed_ae_title,
    list_beyond_rights,
    retrieve_beyond_rights,
    move_beyond_rights,
    store_beyond_rights,
    move_outside_table,
    unneeded_contexts,
    overwrite_instance,
    inconsistent_instance,
    malformed_uid,
    silent_connection,
    association_flood,
)
