#include "fakeserver/base/emulation.h"

#include <charconv>
#include <vector>

namespace fakeetcd {
namespace {

constexpr int kNever = 1 << 30;

// The first patch release of each minor with a rule. From 3.7 on every rule holds.
struct Since {
  int patch_of_3_4;
  int patch_of_3_5;
  int patch_of_3_6;
};

bool Holds(const EtcdVersion& version, const Since& since) {
  switch (version.minor) {
    case 4:
      return version.patch >= since.patch_of_3_4;
    case 5:
      return version.patch >= since.patch_of_3_5;
    case 6:
      return version.patch >= since.patch_of_3_6;
    default:
      return true;
  }
}

// The patch release that a bare minor stands for: the one that the conformance suite is run
// against.
constexpr EtcdVersion kReference[] = {{3, 4, 23}, {3, 5, 33}, {3, 6, 14}, {3, 7, 1}};

std::optional<std::vector<int>> ParseNumbers(std::string_view text) {
  std::vector<int> numbers;
  while (true) {
    const size_t dot = text.find('.');
    const std::string_view part = text.substr(0, dot);
    int number = 0;
    const auto [end, failure] = std::from_chars(part.data(), part.data() + part.size(), number);
    if (failure != std::errc() || end != part.data() + part.size() || number < 0) {
      return std::nullopt;
    }
    numbers.push_back(number);
    if (dot == std::string_view::npos) return numbers;
    text.remove_prefix(dot + 1);
  }
}

void SetAuth(const EtcdVersion& version, Behavior& behavior) {
  const auto since = [&](const Since& first) { return Holds(version, first); };
  behavior.token_is_checked_while_auth_is_off = !since({28, 10, 0});
  behavior.authenticate_checks_token = !since({28, 0, 0});
  behavior.bearer_prefix_is_stripped = since({kNever, 32, 13});
  behavior.jwt_knows_eddsa = since({kNever, kNever, 0});
  behavior.passwords_are_hashed_by_the_api = since({kNever, 0, 0});
  behavior.long_password_is_refused = since({28, 10, 0});
  behavior.permission_range_is_checked = since({25, 8, 0});
  behavior.role_get_shows_root_role_as_all = since({kNever, kNever, 0});
  behavior.nested_txn_is_checked = since({42, 28, 11});
  behavior.txn_put_checks_keys_of_lease = since({44, 30, 11});
  behavior.admin_is_spared_lease_checks = since({27, 10, 0});
  behavior.watch_from_key_is_checked_as_range = since({kNever, 33, 14});
  behavior.permissions_lie_by_end = since({kNever, kNever, kNever});

  const bool calls_are_checked = since({42, 28, 9});
  const bool lists_are_for_admins = calls_are_checked && !since({43, 29, 10});
  behavior.auth_status_needs_admin = version.minor < 7;
  behavior.reading_keys_of_lease_is_checked = since({26, 9, 0});
  behavior.leases_need_user = calls_are_checked;
  behavior.compact_needs_admin = calls_are_checked;
  behavior.alarm_needs_user = calls_are_checked;
  behavior.alarm_list_needs_admin = lists_are_for_admins;
  behavior.alarm_errors_are_mapped = since({42, 0, 0});
  behavior.move_leader_needs_admin = calls_are_checked;
  behavior.member_list_needs_user = calls_are_checked;
  behavior.member_list_needs_admin = lists_are_for_admins;
  behavior.status_needs_admin = since({42, 28, 0}) && !since({kNever, 32, 12});
  behavior.status_needs_user = since({42, 28, 0});
  behavior.maintenance_auth_errors_are_mapped = since({kNever, kNever, 0});
}

}  // namespace

std::string EtcdVersion::ToString() const {
  return std::to_string(major) + "." + std::to_string(minor) + "." + std::to_string(patch);
}

std::optional<EtcdVersion> EtcdVersion::Parse(std::string_view text) {
  const auto numbers = ParseNumbers(text);
  if (!numbers || numbers->size() != 3) return std::nullopt;
  return EtcdVersion{(*numbers)[0], (*numbers)[1], (*numbers)[2]};
}

Behavior Behavior::Of(EtcdVersion version) {
  const auto since = [&](const Since& first) { return Holds(version, first); };
  Behavior behavior;
  behavior.version = version;
  behavior.manual_progress_waits_for_sync = since({25, 8, 0});
  behavior.negative_watch_start_is_compacted = since({38, 24, 6});
  behavior.progress_waits_for_start_revision = since({38, 22, 2});
  behavior.compaction_keeps_tombstone = since({34, 16, 0});
  behavior.hash_kv_at_compacted_revision = since({27, 10, 0});
  behavior.hash_kv_remembers_compactions = since({kNever, 5, 0});
  behavior.hash_kv_tells_revision = since({kNever, kNever, 0});
  behavior.txn_checks_in_order = since({kNever, kNever, 0});
  behavior.undefined_sort_is_refused = since({kNever, kNever, 0});
  behavior.txn_put_checks_lease_first = since({kNever, kNever, kNever});
  behavior.txn_put_reads_prev_kv_first = since({kNever, kNever, kNever});
  behavior.keys_only_leaves_out_lease = since({kNever, kNever, kNever});
  SetAuth(version, behavior);
  behavior.lock_looks_for_its_key = since({kNever, 0, 0});
  behavior.alarm_response_has_header = since({kNever, 0, 0});
  behavior.has_range_stream = since({kNever, kNever, kNever});
  behavior.has_downgrade = since({kNever, 0, 0});
  behavior.has_auth_status = since({kNever, 0, 0});
  behavior.status_tells_storage = since({kNever, kNever, 0});
  behavior.accepts_gzip = since({kNever, 0, 0});
  behavior.unix_peer_url_needs_port = !since({kNever, 0, 0});
  behavior.member_update_keeps_learner = since({kNever, 31, 12});
  behavior.downgrade_times_out = !since({kNever, kNever, 0});
  behavior.downgrade_moves_cluster_version = since({kNever, kNever, 0});
  behavior.downgrade_cancel_never_fails = since({kNever, kNever, 0});
  behavior.downgrade_tells_minor_only = since({kNever, kNever, 0});
  behavior.alarm_of_no_type_is_stored = !since({kNever, 0, 0});
  behavior.alarms_add_up = since({kNever, kNever, 0});
  behavior.alarm_text_ends_in_space = version.minor <= 6;
  behavior.quota_counts_nested_txns = since({kNever, 33, 14});
  behavior.client_api_version_must_be_utf8 = since({kNever, kNever, 0});
  behavior.has_health_list = since({42, 28, 9});
  behavior.wrong_wire_type_is_malformed = version.minor <= 6;
  behavior.health_decode_error_is_terse = version.minor >= 5;
  behavior.stream_decode_error_has_colon = since({28, 10, 0});
  behavior.malformed_path_is_unimplemented = since({28, 0, 0});
  behavior.gateway_is_v2 = since({kNever, kNever, 0});
  behavior.gateway_predates_1_10 = !since({kNever, 0, 0});
  behavior.gateway_has_hash_kv = since({kNever, 0, 0});
  behavior.http_redirects_temporarily = since({kNever, 0, 0});
  behavior.health_tells_reason = since({kNever, 0, 0});
  behavior.has_livez = since({29, 11, 0});
  behavior.metrics_have_debugging_ranges = version.minor <= 5;
  behavior.metrics_have_debugging_writes = version.minor <= 4;
  behavior.backend_has_conf_state = since({kNever, 0, 0});
  behavior.backend_has_storage_version = since({kNever, kNever, 0});
  behavior.first_raft_index = version.minor == 4 ? 5 : 4;
  return behavior;
}

std::optional<Behavior> Behavior::Parse(std::string_view text) {
  const auto numbers = ParseNumbers(text);
  if (!numbers || numbers->size() < 2 || numbers->size() > 3) return std::nullopt;
  for (const EtcdVersion& reference : kReference) {
    if ((*numbers)[0] != reference.major || (*numbers)[1] != reference.minor) continue;
    EtcdVersion version = reference;
    if (numbers->size() == 3) version.patch = (*numbers)[2];
    return Of(version);
  }
  return std::nullopt;
}

}  // namespace fakeetcd
