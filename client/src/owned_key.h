#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>

#include "client/src/session_state.h"
#include "etcdpp/txn.h"

namespace etcdpp {

/// A key on a session's lease that says who waits for, or has, something: the key of a lock, of a
/// candidate. Knows when it is lost: with the lease, or deleted by somebody.
///
/// Destroying it has the key deleted, without waiting. Thread-safe. REQUIRES: a shared_ptr owns it.
class OwnedKey : public std::enable_shared_from_this<OwnedKey> {
 public:
  OwnedKey(std::shared_ptr<SessionState> session, std::string key, int64_t revision);
  ~OwnedKey();
  OwnedKey(const OwnedKey&) = delete;
  OwnedKey& operator=(const OwnedKey&) = delete;

  const std::shared_ptr<SessionState>& session() const { return session_; }
  const std::string& key() const { return key_; }
  int64_t revision() const { return revision_; }

  Compare IsOwner() const { return cmp::CreateRevision(key_) == revision_; }

  std::stop_token lost() const { return lost_.get_token(); }

  /// Why it is lost. REQUIRES: it is.
  Status WhyLost() const;

  /// Says that it is known to be lost.
  void Lose() { internal::RequestStop{lost_}(); }

  void OnLost(std::function<void()> told);

  /// Keeps `claim` until the key is deleted. REQUIRES: called once, before it is shared.
  void Keep(Claim claim) { claim_.emplace(std::move(claim)); }

  /// Deletes the key if it is still this one, trying again while a failure may pass. Nothing more
  /// is told of its loss. May be called again once it has failed.
  Future<Nothing> Release(const CallOptions& call);

 private:
  void StopFollowing();
  TxnRequest DeleteThis() const;

  const std::shared_ptr<SessionState> session_;
  const std::string key_;
  const int64_t revision_;
  std::optional<Claim> claim_;
  std::atomic<bool> released_ = false;  // or about to be
  std::stop_source lost_;
  std::optional<std::stop_callback<internal::RequestStop>> session_lost_;
  std::mutex mu_;
  std::optional<Future<Nothing>> following_;                            // its deletion
  std::unique_ptr<std::stop_callback<std::function<void()>>> on_lost_;  // guarded by mu_
};

/// A key that was put in a line, and whether it is the first there.
struct PlaceInLine {
  std::shared_ptr<OwnedKey> key;
  bool first = false;
  bool existed = false;    // it was there before: of the same lease
  std::string value = {};  // where it existed
  ResponseHeader header = {};
};

struct LineRequest {
  std::string prefix;  // of all that stand in the line
  std::string key;
  std::string value;
};

/// Puts a key where there is none and finds who is first in the line.
Future<PlaceInLine> EnterLine(std::shared_ptr<SessionState> session, LineRequest request,
                              CallOptions call);

/// Waits until no key with `prefix` is older than `key`, and answers with the header of when that
/// was so and `key` was still there.
Future<ResponseHeader> WaitFirst(std::shared_ptr<OwnedKey> key, std::string prefix,
                                 CallOptions call);

/// Deletes the key of `line` where the session put it there.
TxnRequest DeleteOf(const SessionState& session, const LineRequest& line);

/// Commits `request`, which deletes a key of the session, and then gives `claim` back. Tries again
/// while a failure may pass and the session lives, with which the key ends.
Future<Nothing> DeleteInParting(std::shared_ptr<SessionState> session, TxnRequest request,
                                std::optional<Claim> claim);

/// For a call in parting, which nobody waits for: not long.
CallOptions Farewell();

/// A lease's id as etcd's own recipes name keys after it.
std::string HexOf(LeaseId lease);

}  // namespace etcdpp
