#pragma once

#include <optional>

#include "etcdpp/kv.h"
#include "etcdpp/status.h"

namespace etcdpp {

/// A range in pieces, as big as the server chooses, all of one revision: etcd's RangeStream, since
/// 3.7. Of each piece `kvs` counts; header, `more` and `count` are in the last one alone.
///
///   auto pieces = client.StreamRange(KeyRange::All());
///   auto piece = pieces->Next();
///   for (; piece.ok() && *piece; piece = pieces->Next()) Use((*piece)->kvs);
///   if (!piece.ok()) return piece.status();
///
/// Reads at most one piece ahead: a server that is not read from waits. Destroying it cancels it.
///
/// Next and Cancel may be called from different threads; two threads must not call Next at once.
class RangeStream {
 public:
  virtual ~RangeStream() = default;

  /// Waits for the next piece: nothing after the last. Once it has failed it fails always:
  ///
  ///   kUnimplemented     the server is older than 3.7, or the options ask for an order or for
  ///                      bounds on revisions, which etcd does not offer here
  ///   kDeadlineExceeded  the piece took longer than CallOptions::timeout, which here is of each
  ///
  /// What fails before its first piece is tried again as a read is.
  virtual Result<std::optional<RangeResponse>> Next() = 0;

  /// Ends it with kCancelled, and wakes Next.
  virtual void Cancel() = 0;
};

}  // namespace etcdpp
