#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace ctl {

// Exit codes, which are etcdctl's.
inline constexpr int kFailed = 1;
inline constexpr int kBadConnection = 2;
inline constexpr int kBadInput = 3;  // of a txn
inline constexpr int kBadFlag = 4;
inline constexpr int kInterrupted = 5;
inline constexpr int kBadArguments = 128;

/// Ends the command: its text is printed after "Error: ".
struct Refusal : std::runtime_error {
  Refusal(int code, const std::string& text) : std::runtime_error(text), exit_code(code) {}
  int exit_code;
};

/// What a command line says: words and flags in any order, all words after "--".
struct CommandLine {
  std::map<std::string, std::string, std::less<>> flags;
  std::vector<std::string> words;

  bool Has(std::string_view flag) const;
  std::string Flag(std::string_view flag, const std::string& otherwise = "") const;
  int64_t Number(std::string_view flag, int64_t otherwise) const;

  /// Refuses with `text` unless the number of words is right.
  void Expect(size_t at_least, size_t at_most, const std::string& text) const;
};

/// Reads one. What comes after `words_max` words belongs to another command line, flags and all.
CommandLine Parse(const std::vector<std::string>& arguments, size_t words_max = SIZE_MAX);

/// The number that a text is to the base, or a Refusal in which `what` is said before the reason
/// and `hint` after it.
uint64_t ParseNumber(const std::string& text, int base, const std::string& what,
                     const std::string& hint);
int64_t LeaseIdOf(const std::string& text);
uint64_t MemberIdOf(const std::string& text);

/// What stands between commas.
std::vector<std::string> Split(const std::string& text);

/// The words of a line: apart by spaces, or in single or double quotes; the latter as Go has them.
std::vector<std::string> WordsOf(const std::string& line);

/// Takes a text in Go's double quotes off the front of `rest`.
std::string TakeQuoted(std::string_view* rest);

}  // namespace ctl
