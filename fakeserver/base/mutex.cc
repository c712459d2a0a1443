#include "fakeserver/base/mutex.h"

namespace fakeetcd {
namespace {

constexpr int kTries = 40;  // two microseconds, about

void Pause() {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("isb");
#endif
}

}  // namespace

void Mutex::LockHeld() {
  for (int i = 0; i < kTries; ++i) {
    Pause();
    if (mu_.try_lock()) return;
  }
  mu_.lock();
}

}  // namespace fakeetcd
