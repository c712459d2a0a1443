#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"

#include "fakeserver/base/clock.h"
#include "fakeserver/base/emulation.h"

namespace fakeetcd {

/// The release that the cluster as a whole behaves as, and the downgrade that may be under way;
/// etcdserver/version in etcd.
///
/// A downgrade is to the minor release before. From 3.6 on the cluster's version, and with it the
/// storage's, follows a few seconds after the downgrade was enabled or cancelled, when the leader
/// looks at it again; in 3.5 nothing follows. Not thread-safe: the engine's lock guards it.
class ClusterVersion {
 public:
  explicit ClusterVersion(const Behavior& behavior);

  const EtcdVersion& version() const { return version_; }
  bool downgrading() const { return !target_.empty(); }
  /// "3.5.0", or nothing while no downgrade is under way.
  const std::string& target() const { return target_; }
  /// True when a downgrade has been enabled, even if it is cancelled by now.
  bool was_downgraded() const { return was_downgraded_; }
  /// The version as the answers of Downgrade tell it.
  std::string Told() const;

  /// Fails with WrongDowngradeVersionFormat, InvalidDowngradeTarget or DowngradeInProgress.
  absl::Status Validate(std::string_view target) const;
  /// The same; and in 3.5 with RequestTimedOut when it has done it.
  absl::Status Enable(std::string_view target, TimePoint now);
  /// Fails with NoDowngradeInProgress up to 3.5, where it fails with RequestTimedOut too when it
  /// has done it.
  absl::Status Cancel(TimePoint now);

  /// When the version is looked at next; nothing while it is as it should be.
  std::optional<TimePoint> next() const { return next_; }
  void RunDue(TimePoint now);

 private:
  absl::Status Set(std::string target, TimePoint now);
  EtcdVersion Wanted() const;

  const Behavior& behavior_;
  EtcdVersion version_;
  std::string target_;
  bool was_downgraded_ = false;
  std::optional<TimePoint> next_;
};

}  // namespace fakeetcd
