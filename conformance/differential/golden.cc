#include "conformance/differential/golden.h"

#include <sstream>
#include <stdexcept>

#include "absl/strings/escaping.h"

#include "conformance/differential/side.h"

namespace conformance {
namespace {

constexpr size_t kRequestMax = 65536;
constexpr char kNobody[] = "-";
constexpr char kMessage[] = "message";
constexpr char kBytes[] = "bytes";

std::string LineOf(const Step& step) {
  const std::string bytes = step.bytes ? *step.bytes : step.request->SerializeAsString();
  return step.method + " " + (step.caller.empty() ? kNobody : step.caller) + " " +
         (step.bytes ? kBytes : kMessage) + " " + absl::BytesToHexString(bytes);
}

Step StepOfLine(const std::string& line) {
  std::istringstream words(line);
  Step step;
  std::string caller;
  std::string kind;
  std::string hex;
  words >> step.method >> caller >> kind >> hex;
  if (caller != kNobody) step.caller = caller;
  const std::string bytes = absl::HexStringToBytes(hex);
  if (kind == kBytes) {
    step.bytes = bytes;
    return step;
  }
  const std::shared_ptr<google::protobuf::Message> request = comparison::NewRequest(step.method);
  if (request == nullptr || !request->ParseFromString(bytes)) {
    throw std::runtime_error("no request: " + line);
  }
  step.request = request;
  return step;
}

// Others are no calls of one answer, or would fill the recordings.
bool NeedsAnother(const Step& step) {
  return IsStream(step) || step.method == kLockMethod || step.method == kCampaignMethod ||
         step.gives_up || step.request->ByteSizeLong() > kRequestMax;
}

// On one line: texts may hold line ends.
std::string AnswerOf(const Outcome& outcome) { return absl::CEscape(outcome.ToString()); }

}  // namespace

std::string Record(const std::string& endpoint, Generator& generator, int64_t count) {
  Side side(endpoint);
  std::string exchanges;
  while (count > 0) {
    const Step step = generator.Next();
    if (NeedsAnother(step)) continue;
    const Outcome outcome = side.Call(step);
    generator.Learn(step, outcome);
    exchanges += LineOf(step) + "\n" + AnswerOf(outcome) + "\n";
    --count;
  }
  return exchanges;
}

std::optional<std::string> Replay(const std::string& endpoint, const std::string& exchanges) {
  Side side(endpoint);
  std::istringstream lines(exchanges);
  std::string request;
  std::string answer;
  while (std::getline(lines, request) && std::getline(lines, answer)) {
    const std::string got = AnswerOf(side.Call(StepOfLine(request)));
    if (got != answer) return request + "\n  then: " + answer + "\n  now:  " + got;
  }
  return std::nullopt;
}

}  // namespace conformance
