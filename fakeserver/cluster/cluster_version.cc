#include "fakeserver/cluster/cluster_version.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "fakeserver/base/errors.h"

namespace fakeetcd {
namespace {

// How often the leader looks (etcdserver, monitorVersionInterval).
constexpr Duration kInterval = std::chrono::seconds(4);

bool IsIdentifier(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
           c == '.';
  });
}

// What is behind `mark`, which is cut off `text` together with it.
std::string_view CutAfter(char mark, std::string_view& text) {
  const size_t at = text.find(mark);
  if (at == std::string_view::npos) return {};
  const std::string_view rest = text.substr(at + 1);
  text = text.substr(0, at);
  return rest;
}

std::optional<int64_t> ParseNumber(std::string_view text) {
  int64_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, failure] = std::from_chars(text.data(), end, number);
  if (failure != std::errc() || stop != end || text.empty()) return std::nullopt;
  return number;
}

// A semantic version as coreos/go-semver reads it: three numbers, then what is allowed behind a
// '-' and a '+'.
std::optional<std::array<int64_t, 3>> ParseSemver(std::string_view text) {
  const std::string_view metadata = CutAfter('+', text);
  const std::string_view pre_release = CutAfter('-', text);
  if (!IsIdentifier(metadata) || !IsIdentifier(pre_release)) return std::nullopt;
  std::array<int64_t, 3> numbers{};
  for (size_t i = 0; i < numbers.size(); ++i) {
    const size_t dot = i + 1 < numbers.size() ? text.find('.') : text.size();
    if (dot == std::string_view::npos) return std::nullopt;
    const auto number = ParseNumber(text.substr(0, dot));
    if (!number) return std::nullopt;
    numbers[i] = *number;
    text.remove_prefix(std::min(dot + 1, text.size()));
  }
  return numbers;
}

// "3.5" will do too (etcdserver, convertToClusterVersion).
std::optional<std::array<int64_t, 3>> ParseTarget(std::string_view text) {
  auto numbers = ParseSemver(text);
  return numbers ? numbers : ParseSemver(std::string(text) + ".0");
}

}  // namespace

ClusterVersion::ClusterVersion(const Behavior& behavior)
    : behavior_(behavior), version_{behavior.version.major, behavior.version.minor, 0} {}

std::string ClusterVersion::Told() const {
  if (!behavior_.downgrade_tells_minor_only) return version_.ToString();
  return std::to_string(version_.major) + "." + std::to_string(version_.minor);
}

absl::Status ClusterVersion::Validate(std::string_view target) const {
  const auto numbers = ParseTarget(target);
  if (!numbers) return error::WrongDowngradeVersionFormat();
  if ((*numbers)[0] != version_.major || (*numbers)[1] != version_.minor - 1) {
    return error::InvalidDowngradeTarget();
  }
  return downgrading() ? error::DowngradeInProgress() : absl::OkStatus();
}

absl::Status ClusterVersion::Enable(std::string_view target, TimePoint now) {
  if (auto status = Validate(target); !status.ok()) return status;
  was_downgraded_ = true;
  return Set(EtcdVersion{version_.major, version_.minor - 1, 0}.ToString(), now);
}

absl::Status ClusterVersion::Cancel(TimePoint now) {
  if (!downgrading()) {
    return behavior_.downgrade_cancel_never_fails ? absl::OkStatus()
                                                  : error::NoDowngradeInProgress();
  }
  return Set("", now);
}

absl::Status ClusterVersion::Set(std::string target, TimePoint now) {
  target_ = std::move(target);
  next_ = Wanted() == version_ ? std::nullopt : std::optional(now + kInterval);
  return behavior_.downgrade_times_out ? error::RequestTimedOut() : absl::OkStatus();
}

EtcdVersion ClusterVersion::Wanted() const {
  if (!behavior_.downgrade_moves_cluster_version) return version_;
  if (!downgrading()) return {behavior_.version.major, behavior_.version.minor, 0};
  const auto numbers = ParseTarget(target_);
  return {version_.major, static_cast<int>((*numbers)[1]), 0};
}

void ClusterVersion::RunDue(TimePoint now) {
  if (!next_ || *next_ > now) return;
  version_ = Wanted();
  next_.reset();
}

}  // namespace fakeetcd
