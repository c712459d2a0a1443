#include "conformance/failures/ordeal.h"

#include <algorithm>
#include <iostream>
#include <stdexcept>
#include <utility>

#include <gtest/gtest.h>

#include "conformance/support/unique_prefix.h"

namespace conformance {
namespace {

using etcdpp::Client;
using etcdpp::KeyRange;
using etcdpp::WatchOptions;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr int kLeases = 20;
constexpr size_t kSmallBuffer = 4096;

template <typename T>
T Need(etcdpp::Result<T> result) {
  if (!result.ok()) throw std::runtime_error("the call failed: " + result.status().ToString());
  return *std::move(result);
}

// For what a case itself has to know, whatever the servers are going through.
etcdpp::Options Patient(etcdpp::Options options) {
  options.call_timeout = Ordeal::kPatience;
  return options;
}

}  // namespace

etcdpp::Options Ordeal::ClientOptions(const std::vector<std::string>& endpoints) {
  etcdpp::Options options;
  options.endpoints = endpoints;
  options.call_timeout = seconds(2);
  options.keepalive_time = milliseconds(400);
  options.keepalive_timeout = milliseconds(400);
  options.failover.silence_counts_from = milliseconds(1500);
  return options;
}

Ordeal::Ordeal(const Options& options)
    : options_(options),
      prefix_(UniquePrefix()),
      reader_(Patient(ClientOptions(options.endpoints))) {
  begin_ = StoreRevision() + 1;
  chronicle_ = std::make_unique<Chronicle>(prefix_, begin_ - 1);
  auto endpoints = options.watch_endpoints.empty() ? options.endpoints : options.watch_endpoints;
  for (size_t i = 0; i < endpoints.size(); ++i) {
    watching_.emplace_back(ClientOptions(endpoints));
    AddOnlookers(watching_.back(), begin_);
    std::rotate(endpoints.begin(), endpoints.begin() + 1, endpoints.end());
  }
  // "Now" is before the first write, so it tells the same.
  onlookers_.push_back(std::make_unique<Onlooker>(
      watching_.front(), etcdpp::WatchRequest{KeyRange::Prefix(prefix_), {}}, begin_));
  for (int i = 0; i < kLeases; ++i) {
    keepers_.push_back(reader_.KeepAlive(Need(reader_.GrantLease(options.lease_ttl))));
  }
  writers_ = std::make_unique<Writers>(ClientOptions(options.endpoints), prefix_);
}

Ordeal::~Ordeal() {
  writers_.reset();
  onlookers_.clear();
  for (const etcdpp::LeaseKeeper& keeper : keepers_) (void)reader_.RevokeLease(keeper.id());
  (void)reader_.Delete(KeyRange::Prefix(prefix_));
}

void Ordeal::AddOnlookers(const Client& client, int64_t start) {
  const KeyRange all = KeyRange::Prefix(prefix_);
  const auto half =
      KeyRange::HalfOpen(Writers::Key(prefix_, 0), Writers::Key(prefix_, Writers::kKeys / 2));
  const auto add = [&](const KeyRange& range, const WatchOptions& options,
                       Onlooker::Style style = Onlooker::Style::kPull) {
    onlookers_.push_back(
        std::make_unique<Onlooker>(client, etcdpp::WatchRequest{range, options}, start, style));
  };
  add(all, {.start_revision = start, .prev_kv = !options_.compacts, .progress_notify = true});
  add(half, {.start_revision = start, .progress_notify = true, .no_puts = true});
  add(half, {.start_revision = start, .no_deletes = true}, Onlooker::Style::kCallback);
  add(Writers::Key(prefix_, 7), {.start_revision = start});
  add(all, {.start_revision = start, .buffer_bytes = kSmallBuffer, .own_stream = true});
}

int64_t Ordeal::StoreRevision() {
  return Need(reader_.Range(KeyRange::Prefix(prefix_), {.count_only = true})).header.revision;
}

void Ordeal::AwaitWrites(size_t count) {
  const size_t wanted = writers_->done() + count;
  if (!writers_->AwaitDone(wanted, kPatience)) throw std::runtime_error("the writers are stuck");
}

void Ordeal::AwaitFailures(size_t count) {
  const size_t wanted = writers_->failed() + count;
  if (!writers_->AwaitFailed(wanted, kPatience)) throw std::runtime_error("no write fails");
}

void Ordeal::AwaitWatches() {
  chronicle_->ReadUpTo(reader_, StoreRevision());
  for (const auto& onlooker : onlookers_) {
    const auto expected = EventsFor(onlooker->request(), onlooker->start(), chronicle_->events());
    if (expected.empty()) continue;
    EXPECT_TRUE(onlooker->AwaitRevision(expected.back().kv.mod_revision, kPatience))
        << "a watch is stuck";
  }
}

void Ordeal::AddLatecomers() { AddOnlookers(watching_.back(), begin_); }

void Ordeal::Compact() {
  const int64_t now = StoreRevision();
  chronicle_->ReadUpTo(reader_, now);
  Need(reader_.Compact(now));
}

std::vector<WatchRecord> Ordeal::WholeRecords() {
  const auto begin = std::chrono::steady_clock::now();
  std::vector<WatchRecord> records;
  size_t known = 0;
  do {
    AwaitWatches();
    known = chronicle_->events().size();
    records.clear();
    for (const auto& onlooker : onlookers_) records.push_back(onlooker->Record());
    chronicle_->ReadUpTo(reader_, StoreRevision());
    if (std::chrono::steady_clock::now() - begin > kPatience) {
      throw std::runtime_error("the store changes with nobody left to write");
    }
  } while (chronicle_->events().size() != known);
  return records;
}

void Ordeal::Finish() {
  const size_t done = writers_->done();
  if (done < options_.events_min) AwaitWrites(options_.events_min - done);
  writers_->Stop();
  const std::vector<WatchRecord> records = WholeRecords();
  for (const etcdpp::LeaseKeeper& keeper : keepers_) {
    EXPECT_EQ(keeper.loss(), etcdpp::LeaseLoss::kNone) << keeper.last_error();
  }
  CheckAll(records);
}

void Ordeal::CheckAll(const std::vector<WatchRecord>& records) {
  const auto& history = chronicle_->events();
  EXPECT_GE(history.size(), options_.events_min);
  const auto& writes = writers_->records();
  EXPECT_EQ(CheckWrites(writes, history), "");
  size_t told = 0;
  for (size_t i = 0; i < onlookers_.size(); ++i) {
    SCOPED_TRACE(testing::Message() << "watch " << i);
    const Onlooker& onlooker = *onlookers_[i];
    const WatchRecord& record = records[i];
    if (record.end) ++ended_;
    EXPECT_TRUE(!record.end || options_.compacts);
    EXPECT_EQ(CheckWatch(EventsFor(onlooker.request(), onlooker.start(), history), record), "");
    for (const auto& response : record.responses) told += response.events.size();
  }
  const auto failed = std::count_if(writes.begin(), writes.end(),
                                    [](const WriteRecord& write) { return !write.status.ok(); });
  std::cout << writes.size() << " writes, " << failed << " of them failed; " << history.size()
            << " events, told " << told << " times by " << onlookers_.size() << " watches, "
            << ended_ << " of which ended" << std::endl;
}

}  // namespace conformance
