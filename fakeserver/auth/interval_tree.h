#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace fakeetcd {

/// Half-open intervals of keys, and whether they cover another; etcd's adt.IntervalTree. An empty
/// key is beyond all others.
///
///   Insert("a", "c"), Insert("c", "f"):  Covers("b", "e") is true, Covers("b", "g") is not
///
/// Clients may ask for an interval that ends before it begins, and old releases store such ones.
/// What etcd answers then depends on the shape of its tree; so this is the same: red and black,
/// balanced as in Cormen et al. Not thread-safe.
class IntervalTree {
 public:
  /// How intervals that begin alike lie: in the order they were inserted in, or, from 3.7 on, as
  /// they end.
  enum class Order { kInserted, kByEnd };

  explicit IntervalTree(Order order) : order_(order) {}

  void Insert(std::string_view begin, std::string_view end);
  /// The key and nothing else.
  void InsertPoint(std::string_view key);

  /// Whether the intervals that meet the asked one cover it without a gap.
  bool Covers(std::string_view begin, std::string_view end) const;
  /// Whether an interval holds `key`.
  bool Holds(std::string_view key) const;

 private:
  struct Interval {
    std::string_view begin;
    std::string_view end;
  };
  struct Node {
    std::string begin;
    std::string end;
    int left = kNone;
    int right = kNone;
    int parent = kNone;
    int latest = kNone;  // of the nodes from here down, the one whose interval ends last
    bool red = true;

    Interval interval() const { return {begin, end}; }
  };
  static constexpr int kNone = -1;

  static int CompareKeys(std::string_view a, std::string_view b);
  static int Compare(Interval a, Interval b);
  bool IsRed(int node) const { return node != kNone && nodes_[node].red; }
  const std::string& LatestEnd(int node) const { return nodes_[nodes_[node].latest].end; }
  void Balance(int node);
  void Rotate(int node, bool left);
  void FindLatest(int node);
  /// Calls `visitor` for what meets `wanted`, ascending, until it returns false; and then is false.
  bool Visit(int node, Interval wanted, const std::function<bool(Interval)>& visitor) const;

  Order order_;
  std::vector<Node> nodes_;
  int root_ = kNone;
};

}  // namespace fakeetcd
