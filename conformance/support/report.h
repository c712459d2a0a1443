#pragma once

#include <gtest/gtest.h>

namespace conformance {

/// Prints what a person wants of a run: each failure with the messages that led to it, each skip
/// with its reason, and the count on the last line.
class Report : public testing::EmptyTestEventListener {
 public:
  /// With `verbose`, a line for each case that passed too.
  explicit Report(bool verbose) : verbose_(verbose) {}

  void OnTestStart(const testing::TestInfo& test) override;
  void OnTestPartResult(const testing::TestPartResult& part) override;
  void OnTestEnd(const testing::TestInfo& test) override;
  void OnTestProgramEnd(const testing::UnitTest& run) override;

 private:
  const bool verbose_;
  const testing::TestInfo* running_ = nullptr;
  bool failed_ = false;
};

}  // namespace conformance
