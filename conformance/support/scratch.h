#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "conformance/support/requests.h"
#include "conformance/support/wire.h"

namespace conformance {

/// A connection with a corner of the key space that belongs to the running case alone, and is
/// emptied when the case ends.
///
///   Scratch s;
///   s.Put("a", "1");                                     // set-up: ends the case if it fails
///   const auto range = s.Call(Range(s("a"), {.range_end = s("c")}));   // the call under test
///   EXPECT_THAT(s.Names(*range), ElementsAre("a"));
///
/// The calls by name are for set-up and for looking at the result; what a case is about it sends
/// with Call.
class Scratch : public Wire {
 public:
  enum class Where { kAnywhere, kLast };

  /// With kLast, no key but the corner's own comes after its first one: for what reaches from a
  /// key to the end of the key space.
  explicit Scratch(Where where = Where::kAnywhere);
  /// Deletes the keys and revokes the leases.
  ~Scratch();
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

  /// The full key of `name`.
  std::string operator()(std::string_view name) const { return prefix_ + std::string(name); }
  const std::string& prefix() const { return prefix_; }
  /// The range_end that with prefix() covers the corner.
  const std::string& end() const { return end_; }
  /// The name of a full key, or the key itself where it is not of this corner.
  std::string Name(std::string_view key) const;
  /// The names of the pairs of a response, in its order.
  std::vector<std::string> Names(const pb::RangeResponse& range) const;

  pb::PutResponse Put(std::string_view name, const std::string& value,
                      const PutOptions& options = {}) const;
  /// Puts a, b and c, each with the value "value of " and its name.
  void PutThree() const;
  pb::RangeResponse Get(std::string_view name, const RangeOptions& options = {}) const;
  /// Every key of the corner.
  pb::RangeResponse All(RangeOptions options = {}) const;
  pb::DeleteRangeResponse Delete(std::string_view name) const;
  /// The store's revision now.
  int64_t Revision() const;

  /// A lease that is revoked when the case ends.
  int64_t Grant(int64_t ttl = 600, int64_t id = 0);
  /// The names of the keys of a lease, in the order of the answer.
  std::vector<std::string> KeysOf(int64_t lease) const;
  /// Has the lease `id` revoked when the case ends, as Grant does for its own.
  void RevokeAtEnd(int64_t id) { leases_.push_back(id); }

 private:
  std::string prefix_;
  std::string end_;
  std::vector<int64_t> leases_;
};

}  // namespace conformance
