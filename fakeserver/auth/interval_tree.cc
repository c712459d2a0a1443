#include "fakeserver/auth/interval_tree.h"

namespace fakeetcd {

int IntervalTree::CompareKeys(std::string_view a, std::string_view b) {
  if (a.empty() || b.empty()) return static_cast<int>(a.empty()) - static_cast<int>(b.empty());
  return a.compare(b);
}

// 0 where the intervals meet.
int IntervalTree::Compare(Interval a, Interval b) {
  if (CompareKeys(a.begin, b.begin) < 0 && CompareKeys(a.end, b.begin) <= 0) return -1;
  return CompareKeys(a.begin, b.end) >= 0 ? 1 : 0;
}

void IntervalTree::InsertPoint(std::string_view key) { Insert(key, std::string(key) + '\0'); }

void IntervalTree::Insert(std::string_view begin, std::string_view end) {
  const int added = static_cast<int>(nodes_.size());
  nodes_.push_back({.begin = std::string(begin), .end = std::string(end), .latest = added});
  int parent = kNone;
  bool left = false;
  for (int at = root_; at != kNone; at = left ? nodes_[at].left : nodes_[at].right) {
    parent = at;
    int side = CompareKeys(begin, nodes_[at].begin);
    if (side == 0 && order_ == Order::kByEnd) side = CompareKeys(end, nodes_[at].end);
    left = side < 0;
  }
  nodes_[added].parent = parent;
  if (parent == kNone) {
    root_ = added;
  } else {
    (left ? nodes_[parent].left : nodes_[parent].right) = added;
  }
  Balance(added);
  for (int at = added; at != kNone; at = nodes_[at].parent) FindLatest(at);
}

void IntervalTree::Balance(int node) {
  while (IsRed(nodes_[node].parent)) {
    int parent = nodes_[node].parent;
    const int grandparent = nodes_[parent].parent;
    const bool left = parent == nodes_[grandparent].left;
    const int uncle = left ? nodes_[grandparent].right : nodes_[grandparent].left;
    if (IsRed(uncle)) {
      nodes_[uncle].red = false;
      nodes_[parent].red = false;
      nodes_[grandparent].red = true;
      node = grandparent;
      continue;
    }
    if (node == (left ? nodes_[parent].right : nodes_[parent].left)) {
      Rotate(parent, left);
      node = parent;
      parent = nodes_[node].parent;
    }
    nodes_[parent].red = false;
    nodes_[grandparent].red = true;
    Rotate(grandparent, !left);
  }
  nodes_[root_].red = false;
}

// Moves `node` down to the left, or to the right, and its other child up in its place.
void IntervalTree::Rotate(int node, bool left) {
  Node& down = nodes_[node];
  const int risen = left ? down.right : down.left;
  Node& up = nodes_[risen];
  int& moved = left ? up.left : up.right;
  (left ? down.right : down.left) = moved;
  if (moved != kNone) nodes_[moved].parent = node;
  moved = node;
  up.parent = down.parent;
  if (down.parent == kNone) {
    root_ = risen;
  } else {
    Node& above = nodes_[down.parent];
    (above.left == node ? above.left : above.right) = risen;
  }
  down.parent = risen;
  FindLatest(node);
  FindLatest(risen);
}

void IntervalTree::FindLatest(int node) {
  nodes_[node].latest = node;
  for (const int child : {nodes_[node].left, nodes_[node].right}) {
    if (child != kNone && CompareKeys(LatestEnd(child), LatestEnd(node)) > 0) {
      nodes_[node].latest = nodes_[child].latest;
    }
  }
}

bool IntervalTree::Visit(int node, Interval wanted,
                         const std::function<bool(Interval)>& visitor) const {
  if (node == kNone) return true;
  const Node& here = nodes_[node];
  const int side = Compare(wanted, here.interval());
  if (side < 0) return Visit(here.left, wanted, visitor);
  // What all of the nodes from here down span must meet it; not so always where it is inverted.
  if (side > 0 && Compare({here.begin, LatestEnd(node)}, wanted) != 0) return true;
  if (!Visit(here.left, wanted, visitor)) return false;
  if (side == 0 && !visitor(here.interval())) return false;
  return Visit(here.right, wanted, visitor);
}

bool IntervalTree::Covers(std::string_view begin, std::string_view end) const {
  bool any = false;
  Interval covered;
  const bool no_gap = Visit(root_, {begin, end}, [&](Interval at) {
    if (!any) {
      any = true;
      covered = at;
      return true;
    }
    if (CompareKeys(covered.end, at.begin) < 0) return false;
    if (CompareKeys(at.end, covered.end) > 0) covered.end = at.end;
    return true;
  });
  return no_gap && any && CompareKeys(covered.end, end) >= 0 &&
         CompareKeys(covered.begin, begin) <= 0;
}

bool IntervalTree::Holds(std::string_view key) const {
  const std::string after = std::string(key) + '\0';
  int at = root_;
  while (at != kNone && Compare({key, after}, nodes_[at].interval()) != 0) {
    const int left = nodes_[at].left;
    at = left != kNone && CompareKeys(LatestEnd(left), key) > 0 ? left : nodes_[at].right;
  }
  return at != kNone;
}

}  // namespace fakeetcd
