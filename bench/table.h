#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <benchmark/benchmark.h>

namespace bench {

/// Prints results as Google Benchmark does, and keeps the rates to make the table of them.
///
/// A benchmark is named WHAT/TARGET/SIZE, with TARGET "floor", "fake" or "real".
class TableReporter final : public benchmark::ConsoleReporter {
 public:
  void ReportRuns(const std::vector<Run>& runs) override;

  /// One row for each WHAT and SIZE, in Markdown, in the order in which they were registered.
  std::string Table() const;

 private:
  using Row = std::pair<std::string, std::string>;  // WHAT and SIZE

  std::map<Row, int64_t> families_;                           // the first of each row
  std::map<std::pair<Row, std::string>, double> per_second_;  // by row and target
  std::map<std::pair<Row, std::string>, double> milliseconds_;
  std::map<std::pair<Row, std::string>, double> server_us_;
};

}  // namespace bench
