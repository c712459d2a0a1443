#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "conformance/failures/chronicle.h"
#include "conformance/failures/onlooker.h"
#include "conformance/failures/writers.h"
#include "etcdpp/client.h"

namespace conformance {

/// Writers and watches of all kinds on one store, while a case does to the servers what it likes:
///
///   Ordeal ordeal({.endpoints = servers});
///   ordeal.AwaitWrites(1000);
///   KillAServer();
///   ordeal.AwaitWrites(1000);
///   ordeal.Finish();
///
/// Finish holds what every watch told against what reads of the store say, and the outcomes that
/// writes were given too, and checks that no lease that was kept alive is lost.
class Ordeal {
 public:
  struct Options {
    std::vector<std::string> endpoints;
    /// What the watches connect to; `endpoints` where empty.
    std::vector<std::string> watch_endpoints = {};
    /// At least how many events there are to be, in the end.
    size_t events_min = 10000;
    /// History gets compacted, so that watches may end and earlier values may be gone.
    bool compacts = false;
    /// Of the leases that are kept alive.
    std::chrono::seconds lease_ttl{10};
  };

  static constexpr std::chrono::seconds kPatience{40};

  /// How a client is to be set up here: one that notices a silent server soon.
  static etcdpp::Options ClientOptions(const std::vector<std::string>& endpoints);

  explicit Ordeal(const Options& options);
  ~Ordeal();
  Ordeal(const Ordeal&) = delete;
  Ordeal& operator=(const Ordeal&) = delete;

  /// Waits until `count` more puts are done.
  void AwaitWrites(size_t count);

  /// Waits until `count` more writes have failed.
  void AwaitFailures(size_t count);

  /// Waits until all watches that still run have told what was done before the call.
  void AwaitWatches();

  /// Adds watches that begin with what happened first.
  void AddLatecomers();

  /// Compacts the store at its current revision.
  void Compact();

  void Finish();

  /// How many watches have ended. REQUIRES: finished.
  size_t ended() const { return ended_; }

 private:
  void AddOnlookers(const etcdpp::Client& client, int64_t start);
  int64_t StoreRevision();
  // What the watches have told by a moment at which they have told all there is. Writes whose
  // clients gave up may still be done after the last writer has stopped.
  std::vector<WatchRecord> WholeRecords();
  void CheckAll(const std::vector<WatchRecord>& records);

  const Options options_;
  const std::string prefix_;
  etcdpp::Client reader_;
  int64_t begin_ = 0;  // the first revision of interest
  std::unique_ptr<Chronicle> chronicle_;
  std::vector<etcdpp::Client> watching_;  // a client for each endpoint to begin with
  std::vector<std::unique_ptr<Onlooker>> onlookers_;
  std::vector<etcdpp::LeaseKeeper> keepers_;
  std::unique_ptr<Writers> writers_;
  size_t ended_ = 0;
};

}  // namespace conformance
