#include "bench/table.h"

#include <algorithm>
#include <cstdio>

namespace bench {
namespace {

std::string Formatted(const char* format, double value) {
  char text[32];
  std::snprintf(text, sizeof(text), format, value);
  return text;
}

// "12 345".
std::string Grouped(double value) {
  const std::string digits = Formatted("%.0f", value);
  std::string grouped;
  for (size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && (digits.size() - i) % 3 == 0) grouped.push_back(' ');
    grouped.push_back(digits[i]);
  }
  return grouped;
}

std::string Ratio(double value, double of) { return Formatted("%.2f", value / of); }

// The parts of a name between slashes; what Google Benchmark appends comes after them.
std::vector<std::string> Parts(const std::string& name) {
  std::vector<std::string> parts;
  for (size_t at = 0; at <= name.size();) {
    const size_t slash = std::min(name.find('/', at), name.size());
    parts.push_back(name.substr(at, slash - at));
    at = slash + 1;
  }
  return parts;
}

}  // namespace

void TableReporter::ReportRuns(const std::vector<Run>& runs) {
  ConsoleReporter::ReportRuns(runs);
  for (const Run& run : runs) {
    const auto parts = Parts(run.run_name.function_name);
    if (run.error_occurred || parts.size() < 3) continue;
    // Of repetitions the median counts; it is told after them.
    if (run.run_type == Run::RT_Aggregate && run.aggregate_name != "median") continue;
    const Row row{parts[0], parts[2]};
    auto& family = families_.try_emplace(row, run.family_index).first->second;
    family = std::min(family, run.family_index);
    const auto rate = run.counters.find("items_per_second");
    if (rate != run.counters.end()) {
      per_second_[{row, parts[1]}] = rate->second;
      server_us_[{row, parts[1]}] = run.counters.at("server_us");
    } else {
      milliseconds_[{row, parts[1]}] = run.GetAdjustedRealTime();
    }
  }
}

std::string TableReporter::Table() const {
  std::string text =
      "| what | floor | fake | real | fake / floor | fake / real | server's µs: floor, fake, real "
      "|\n| --- | ---: | ---: | ---: | ---: | ---: | ---: |\n";
  std::vector<std::pair<int64_t, Row>> rows;
  for (const auto& [row, family] : families_) rows.emplace_back(family, row);
  std::sort(rows.begin(), rows.end());
  for (const auto& [family, row] : rows) {
    const bool timed = !per_second_.contains({row, "fake"});
    const auto& values = timed ? milliseconds_ : per_second_;
    const auto cell = [&](const char* target) {
      const auto found = values.find({row, target});
      if (found == values.end()) return std::string("-");
      return timed ? Formatted("%.2f ms", found->second) : Grouped(found->second);
    };
    const auto ratio = [&](const char* target) {
      const auto fake = values.find({row, "fake"});
      const auto other = values.find({row, target});
      if (fake == values.end() || other == values.end()) return std::string("-");
      return Ratio(fake->second, other->second);
    };
    const auto cpu = [&](const char* target) {
      const auto found = server_us_.find({row, target});
      return found == server_us_.end() ? std::string("-") : Formatted("%.1f", found->second);
    };
    text += "| " + row.first + ", " + row.second + " | " + cell("floor") + " | " + cell("fake") +
            " | " + cell("real") + " | " + ratio("floor") + " | " + ratio("real") + " | " +
            cpu("floor") + ", " + cpu("fake") + ", " + cpu("real") + " |\n";
  }
  return text;
}

}  // namespace bench
