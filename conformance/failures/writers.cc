#include "conformance/failures/writers.h"

#include <algorithm>
#include <cstdio>
#include <random>
#include <utility>

namespace conformance {
namespace {

using etcdpp::Client;
using etcdpp::KeyRange;

constexpr int kThreads = 8;

// The writer's next endpoint comes first, so that they do not all begin at the same.
etcdpp::Options Rotated(etcdpp::Options options, int by) {
  auto& endpoints = options.endpoints;
  const auto first = static_cast<std::ptrdiff_t>(static_cast<size_t>(by) % endpoints.size());
  std::rotate(endpoints.begin(), endpoints.begin() + first, endpoints.end());
  return options;
}

// A transaction on some of the keys, in their order: most are put, some deleted.
etcdpp::TxnRequest MakeUp(const std::string& prefix, const std::string& name,
                          std::minstd_rand& random, WriteRecord& record) {
  etcdpp::TxnRequest request;
  for (int key = 0; key < Writers::kKeys; ++key) {
    if (random() % 3 != 0) continue;
    const std::string full = Writers::Key(prefix, key);
    if (random() % 5 == 0) {
      request.Then(etcdpp::op::Delete(KeyRange::Key(full)));
    } else {
      record.puts.emplace_back(full, name);
      request.Then(etcdpp::op::Put(full, name));
    }
  }
  return request;
}

}  // namespace

std::string Writers::Key(const std::string& prefix, int number) {
  const std::string text = std::to_string(number);
  return prefix + std::string(2 - text.size(), '0') + text;
}

Writers::Writers(const etcdpp::Options& options, std::string prefix) : prefix_(std::move(prefix)) {
  for (int writer = 0; writer < kThreads; ++writer) {
    threads_.emplace_back([this, writer, mine = Rotated(options, writer)] { Write(writer, mine); });
  }
}

size_t Writers::done() const {
  const std::lock_guard lock(mu_);
  return done_;
}

size_t Writers::failed() const {
  const std::lock_guard lock(mu_);
  return failed_;
}

bool Writers::AwaitFailed(size_t count, std::chrono::milliseconds patience) const {
  std::unique_lock lock(mu_);
  return more_.wait_for(lock, patience, [this, count] { return failed_ >= count; });
}

bool Writers::AwaitDone(size_t count, std::chrono::milliseconds patience) const {
  std::unique_lock lock(mu_);
  return more_.wait_for(lock, patience, [this, count] { return done_ >= count; });
}

void Writers::Stop() {
  {
    const std::lock_guard lock(mu_);
    stopped_ = true;
  }
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

void Writers::Write(int writer, const etcdpp::Options& options) {
  Client client(options);
  std::minstd_rand random(static_cast<unsigned>(writer + 1));
  for (int number = 0;; ++number) {
    {
      const std::lock_guard lock(mu_);
      if (stopped_) return;
    }
    const std::string name = std::to_string(writer) + "-" + std::to_string(number);
    WriteRecord record;
    if (number % 8 == 0) {
      const std::string key = Key(prefix_, static_cast<int>(random() % kKeys));
      record.puts.emplace_back(key, name);
      const auto put = client.Put(key, name);
      record.status = put.status();
      if (put.ok()) record.revision = put->header.revision;
    } else {
      const auto done = client.Commit(MakeUp(prefix_, name, random, record));
      record.status = done.status();
      if (done.ok()) record.revision = done->header.revision;
    }
    Note(std::move(record));
  }
}

void Writers::Note(WriteRecord record) {
  const std::lock_guard lock(mu_);
  if (record.status.ok()) {
    done_ += record.puts.size();
  } else {
    ++failed_;
  }
  records_.push_back(std::move(record));
  more_.notify_all();
}

}  // namespace conformance
