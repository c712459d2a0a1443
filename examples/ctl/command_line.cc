#include "examples/ctl/command_line.h"

#include <cctype>
#include <charconv>

namespace ctl {
namespace {

// Those that take a value, which may be the next argument.
bool TakesValue(std::string_view flag) {
  static const std::vector<std::string_view> flags = {
      "cacert",    "cert",     "command-timeout", "consistency", "endpoint",
      "endpoints", "key",      "lease",           "limit",       "new-user-password",
      "order",     "password", "peer-urls",       "rev",         "sort-by",
      "ttl",       "user"};
  for (const auto& known : flags) {
    if (known == flag) return true;
  }
  return false;
}

}  // namespace

bool CommandLine::Has(std::string_view flag) const {
  const auto found = flags.find(flag);
  return found != flags.end() && found->second != "false";
}

std::string CommandLine::Flag(std::string_view flag, const std::string& otherwise) const {
  const auto found = flags.find(flag);
  return found == flags.end() ? otherwise : found->second;
}

int64_t CommandLine::Number(std::string_view flag, int64_t otherwise) const {
  const auto found = flags.find(flag);
  if (found == flags.end()) return otherwise;
  return static_cast<int64_t>(ParseNumber(found->second, 10, "bad --" + std::string(flag), ""));
}

void CommandLine::Expect(size_t at_least, size_t at_most, const std::string& text) const {
  if (words.size() < at_least || words.size() > at_most) throw Refusal(kBadArguments, text);
}

CommandLine Parse(const std::vector<std::string>& arguments, size_t words_max) {
  CommandLine line;
  bool only_words = false;
  for (size_t i = 0; i < arguments.size(); ++i) {
    const std::string& argument = arguments[i];
    if (!only_words && line.words.size() >= words_max && argument != "--") only_words = true;
    if (only_words || argument.size() < 2 || argument[0] != '-') {
      line.words.push_back(argument);
    } else if (argument == "--") {
      only_words = true;
    } else {
      const std::string flag = argument.substr(argument.starts_with("--") ? 2 : 1);
      const size_t equals = flag.find('=');
      if (equals != std::string::npos) {
        line.flags[flag.substr(0, equals)] = flag.substr(equals + 1);
      } else if (TakesValue(flag) && i + 1 < arguments.size()) {
        line.flags[flag] = arguments[++i];
      } else {
        line.flags[flag] = "";
      }
    }
  }
  return line;
}

uint64_t ParseNumber(const std::string& text, int base, const std::string& what,
                     const std::string& hint) {
  const bool negative = text.starts_with('-');
  uint64_t number = 0;
  const char* begin = text.data() + (negative ? 1 : 0);
  const char* end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(begin, end, number, base);
  if (error == std::errc() && stopped == end) return negative ? 0 - number : number;
  const bool too_large = error == std::errc::result_out_of_range;
  throw Refusal(kBadArguments, what + " (strconv.ParseInt: parsing \"" + text +
                                   "\": " + (too_large ? "value out of range" : "invalid syntax") +
                                   ")" + hint);
}

int64_t LeaseIdOf(const std::string& text) {
  return static_cast<int64_t>(ParseNumber(text, 16, "bad lease ID arg", ", expecting ID in Hex"));
}

uint64_t MemberIdOf(const std::string& text) {
  try {
    return ParseNumber(text, 16, "bad member ID arg", ", expecting ID in Hex");
  } catch (const Refusal& refusal) {  // Go has another function for numbers without a sign
    std::string said = refusal.what();
    throw Refusal(kBadArguments, said.replace(said.find("ParseInt"), 8, "ParseUint"));
  }
}

std::vector<std::string> Split(const std::string& text) {
  std::vector<std::string> parts;
  size_t begin = 0;
  for (size_t comma = text.find(','); comma != std::string::npos; comma = text.find(',', begin)) {
    parts.push_back(text.substr(begin, comma - begin));
    begin = comma + 1;
  }
  parts.push_back(text.substr(begin));
  return parts;
}

std::string TakeQuoted(std::string_view* rest) {
  const auto malformed = [] { return Refusal(kBadInput, "malformed text in quotes"); };
  if (!rest->starts_with('"')) throw malformed();
  std::string text;
  for (size_t i = 1; i < rest->size(); ++i) {
    const char c = (*rest)[i];
    if (c == '"') {
      rest->remove_prefix(i + 1);
      return text;
    }
    if (c != '\\') {
      text += c;
      continue;
    }
    if (++i == rest->size()) break;
    const char escaped = (*rest)[i];
    const std::string_view names = "abfnrtv\\\"";
    const std::string_view meanings = "\a\b\f\n\r\t\v\\\"";
    if (const size_t at = names.find(escaped); at != std::string_view::npos) {
      text += meanings[at];
    } else if (escaped == 'x' && i + 2 < rest->size()) {
      text +=
          static_cast<char>(ParseNumber(std::string(rest->substr(i + 1, 2)), 16, "bad byte", ""));
      i += 2;
    } else {
      throw malformed();
    }
  }
  throw malformed();
}

std::vector<std::string> WordsOf(const std::string& line) {
  std::vector<std::string> words;
  std::string_view rest = line;
  while (!rest.empty()) {
    if (std::isspace(static_cast<unsigned char>(rest.front())) != 0) {
      rest.remove_prefix(1);
    } else if (rest.front() == '"') {
      words.push_back(TakeQuoted(&rest));
    } else if (rest.front() == '\'') {
      const size_t end = std::min(rest.find('\'', 1), rest.size());
      words.emplace_back(rest.substr(1, end - 1));
      rest.remove_prefix(std::min(end + 1, rest.size()));
    } else {
      const size_t end = std::min(rest.find_first_of(" \t"), rest.size());
      words.emplace_back(rest.substr(0, end));
      rest.remove_prefix(end);
    }
  }
  return words;
}

}  // namespace ctl
