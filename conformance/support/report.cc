#include "conformance/support/report.h"

#include <iostream>
#include <sstream>
#include <string>

#include "conformance/support/exchange_log.h"

namespace conformance {
namespace {

std::string NameOf(const testing::TestInfo& test) {
  return std::string(test.test_suite_name()) + "." + test.name();
}

void PrintIndented(const std::string& text) {
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) std::cout << "    " << line << "\n";
}

}  // namespace

void Report::OnTestStart(const testing::TestInfo& test) {
  running_ = &test;
  failed_ = false;
  ExchangeLog::Current().Take();
}

// The messages are printed with the first failure they led to, before the case cleans up.
void Report::OnTestPartResult(const testing::TestPartResult& part) {
  if (part.passed()) return;
  if (part.skipped()) {
    if (running_ != nullptr) std::cout << "skipped " << NameOf(*running_) << ": ";
    std::cout << part.message() << "\n";
    return;
  }
  if (running_ == nullptr) {
    std::cout << "FAILED  outside of the cases\n";
  } else if (!failed_) {
    std::cout << "FAILED  " << NameOf(*running_) << "\n";
  }
  failed_ = true;
  if (part.file_name() != nullptr) {
    std::cout << "  " << part.file_name() << ":" << part.line_number() << "\n";
  }
  PrintIndented(part.message());
  const auto lines = ExchangeLog::Current().Take();
  if (!lines.empty()) std::cout << "  the messages before it, oldest first:\n";
  for (const std::string& line : lines) std::cout << "    " << line << "\n";
  std::cout << std::flush;
}

void Report::OnTestEnd(const testing::TestInfo& test) {
  if (verbose_ && test.result()->Passed()) {
    std::cout << "passed  " << NameOf(test) << " (" << test.result()->elapsed_time() << " ms)"
              << std::endl;
  }
  running_ = nullptr;
}

void Report::OnTestProgramEnd(const testing::UnitTest& run) {
  const int failed = run.failed_test_count() + (run.ad_hoc_test_result().Failed() ? 1 : 0);
  std::cout << run.successful_test_count() << " passed, " << failed << " failed, "
            << run.skipped_test_count() << " skipped" << std::endl;
}

}  // namespace conformance
