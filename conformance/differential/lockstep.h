#pragma once

#include <list>
#include <memory>
#include <optional>
#include <string>

#include "conformance/differential/generator.h"
#include "conformance/differential/step.h"

namespace conformance {

/// Where two servers first differed.
struct Difference {
  Script script;  // up to and with the step
  std::string left;
  std::string right;
};

/// Does the same to two servers, step by step, and compares the answers and what their watches are
/// told. The servers start out alike.
class Lockstep {
 public:
  Lockstep(const std::string& left, const std::string& right);
  ~Lockstep();

  /// Makes up and compares `count` steps.
  std::optional<Difference> Run(Generator& generator, int64_t count);
  /// Compares the steps of a script.
  std::optional<Difference> Replay(const Script& script);

 private:
  struct Pair;
  struct WaitingCall;
  std::optional<Difference> Take(const Step& step, Generator* generator);
  std::optional<Difference> CompareNews();
  bool NeedsFence(const Step& step) const;
  bool FenceIsDue();
  std::optional<Difference> TakeWatch(const Step& step);
  std::optional<Difference> CompareHashes();
  std::optional<Difference> TakeCall(const Step& step, Generator* generator);
  std::optional<Difference> TakeStream(const Step& step);
  std::optional<Difference> TakeWait(const Step& step, Generator* generator);
  std::optional<Difference> Finish();
  void GiveUp(const Step& step);
  std::optional<Difference> EndWaits(Generator* generator);
  std::optional<Difference> Compare(const Step& step, Exchange& left, Exchange& right,
                                    Generator* generator);
  void AwaitCatchingUp();
  std::optional<Difference> AwaitEndOfLease(int64_t lease);
  Difference Differ(std::string left, std::string right) const;

  std::unique_ptr<Pair> pair_;
  Script script_;
  std::list<WaitingCall> waiting_;
  bool auth_is_on_ = false;
  int64_t fences_ = 0;
  int64_t mortals_ = 0;
  int64_t fence_revision_ = 0;
  int64_t answers_since_fence_ = 0;
};

}  // namespace conformance
