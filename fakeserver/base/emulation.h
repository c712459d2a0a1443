#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace fakeetcd {

/// A release of etcd.
struct EtcdVersion {
  int major = 3;
  int minor = 6;
  int patch = 0;

  auto operator<=>(const EtcdVersion&) const = default;

  /// "3.4.23".
  std::string ToString() const;
  /// Of three numbers; nullopt where `text` is anything else.
  static std::optional<EtcdVersion> Parse(std::string_view text);

  /// The first release of the minor: what etcd calls its cluster version and storage version.
  EtcdVersion OfMinor() const { return {major, minor, 0}; }
};

/// What differs between the releases of etcd, and nowhere else: code asks a field here by name
/// and never compares versions itself. The release a rule begins with stands in emulation.cc.
struct Behavior {
  EtcdVersion version;

  // Watch.
  bool manual_progress_waits_for_sync = false;
  bool negative_watch_start_is_compacted = false;
  bool progress_waits_for_start_revision = false;

  // Compaction and hashes.
  bool compaction_keeps_tombstone = false;
  bool hash_kv_at_compacted_revision = false;
  bool hash_kv_remembers_compactions = false;
  bool hash_kv_tells_revision = false;

  // Txn and Range.
  bool txn_checks_in_order = false;
  bool undefined_sort_is_refused = false;
  bool txn_put_checks_lease_first = false;
  bool txn_put_reads_prev_kv_first = false;  // as the metrics tell
  bool keys_only_leaves_out_lease = false;

  // Lock.
  bool lock_looks_for_its_key = false;

  // Auth.
  bool token_is_checked_while_auth_is_off = false;
  bool authenticate_checks_token = false;
  bool bearer_prefix_is_stripped = false;
  bool jwt_knows_eddsa = false;
  bool passwords_are_hashed_by_the_api = false;  // before anything else is checked
  bool long_password_is_refused = false;
  bool permission_range_is_checked = false;
  bool role_get_shows_root_role_as_all = false;
  bool nested_txn_is_checked = false;
  bool txn_put_checks_keys_of_lease = false;
  bool admin_is_spared_lease_checks = false;
  bool watch_from_key_is_checked_as_range = false;
  bool permissions_lie_by_end = false;

  // Who may call what, while auth is on.
  bool auth_status_needs_admin = false;
  bool reading_keys_of_lease_is_checked = false;
  bool leases_need_user = false;
  bool compact_needs_admin = false;
  bool alarm_needs_user = false;
  bool alarm_list_needs_admin = false;
  bool alarm_errors_are_mapped = false;
  bool move_leader_needs_admin = false;
  bool member_list_needs_admin = false;
  bool member_list_needs_user = false;
  bool status_needs_admin = false;
  bool status_needs_user = false;
  bool maintenance_auth_errors_are_mapped = false;

  // Methods and fields.
  bool alarm_response_has_header = false;
  bool has_range_stream = false;
  bool has_downgrade = false;
  bool has_auth_status = false;
  bool status_tells_storage = false;
  bool accepts_gzip = false;
  bool has_health_list = false;

  // Cluster.
  bool unix_peer_url_needs_port = false;
  bool member_update_keeps_learner = false;
  bool downgrade_times_out = false;  // after it has had its effect
  bool downgrade_moves_cluster_version = false;
  bool downgrade_cancel_never_fails = false;
  bool downgrade_tells_minor_only = false;

  // Alarms and the quota.
  bool alarm_of_no_type_is_stored = false;
  bool alarms_add_up = false;
  bool alarm_text_ends_in_space = false;
  bool quota_counts_nested_txns = false;

  // Metadata.
  bool client_api_version_must_be_utf8 = false;

  // gRPC: what the library etcd is built with says of a request it cannot read.
  bool wrong_wire_type_is_malformed = false;
  bool health_decode_error_is_terse = false;
  bool stream_decode_error_has_colon = false;
  bool malformed_path_is_unimplemented = false;

  // HTTP: the gateway and the server that etcd is built with.
  bool gateway_is_v2 = false;  // grpc-gateway v2 and protojson
  bool gateway_predates_1_10 = false;
  bool gateway_has_hash_kv = false;
  bool http_redirects_temporarily = false;
  bool health_tells_reason = false;
  bool has_livez = false;
  bool metrics_have_debugging_ranges = false;
  bool metrics_have_debugging_writes = false;

  // Backend: what Hash covers, and snapshots hold.
  bool backend_has_conf_state = false;
  bool backend_has_storage_version = false;

  // Raft: the index a fresh member is at before its first request.
  uint64_t first_raft_index = 4;

  /// The behaviour of `text`: a minor release ("3.4"), which means the patch release the fake is
  /// held against, or a patch release ("3.4.23"). nullopt when it is neither, or not 3.4 to 3.7.
  static std::optional<Behavior> Parse(std::string_view text);

  /// The behaviour of one release.
  static Behavior Of(EtcdVersion version);
};

}  // namespace fakeetcd
