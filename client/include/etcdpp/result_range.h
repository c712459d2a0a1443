#pragma once

#include <cstddef>
#include <functional>
#include <iterator>
#include <optional>
#include <utility>

#include "etcdpp/status.h"

namespace etcdpp {

/// Goes over what comes one by one, in a range-for. A failure comes last, as an element like the
/// others. A copy shares what it reads from.
template <typename T>
class ResultIterator {
 public:
  // NOLINTBEGIN(readability-identifier-naming): the standard library names them.
  using iterator_category = std::input_iterator_tag;
  using value_type = Result<T>;
  using difference_type = std::ptrdiff_t;
  using pointer = Result<T>*;
  using reference = Result<T>&;
  // NOLINTEND(readability-identifier-naming)

  /// `next` gives one after the other, and then nothing.
  using Next = std::function<std::optional<Result<T>>()>;

  explicit ResultIterator(Next next) : next_(std::move(next)) { ++*this; }

  Result<T>& operator*() { return *current_; }
  Result<T>* operator->() { return &*current_; }

  ResultIterator& operator++() {
    const bool failed = current_ && !current_->ok();
    current_ = failed ? std::nullopt : next_();
    return *this;
  }
  void operator++(int) { ++*this; }

  friend bool operator==(const ResultIterator& a, std::default_sentinel_t /*end*/) {
    return !a.current_;
  }

 private:
  Next next_;
  std::optional<Result<T>> current_;
};

}  // namespace etcdpp
