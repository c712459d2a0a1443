#pragma once

#include "client/src/bidi_stream.h"
#include "client/src/call.h"
#include "client/src/convert.h"
#include "client/src/watch_hub.h"

namespace etcdpp {

// Every RPC the client makes, and whether it may be repeated: the one list of that.

extern const Rpc<pb::RangeRequest, pb::RangeResponse> kRange;
extern const Rpc<pb::PutRequest, pb::PutResponse> kPut;
extern const Rpc<pb::DeleteRangeRequest, pb::DeleteRangeResponse> kDeleteRange;
extern const Rpc<pb::TxnRequest, pb::TxnResponse> kTxn;
extern const Rpc<pb::TxnRequest, pb::TxnResponse> kReadOnlyTxn;
extern const Rpc<pb::CompactionRequest, pb::CompactionResponse> kCompact;
extern const Rpc<pb::LeaseGrantRequest, pb::LeaseGrantResponse> kLeaseGrant;
extern const Rpc<pb::LeaseRevokeRequest, pb::LeaseRevokeResponse> kLeaseRevoke;
extern const Rpc<pb::LeaseTimeToLiveRequest, pb::LeaseTimeToLiveResponse> kLeaseTimeToLive;
extern const Rpc<pb::LeaseLeasesRequest, pb::LeaseLeasesResponse> kLeaseLeases;

/// LeaseKeepAlive as if it were unary: a stream that carries one renewal.
extern const Rpc<pb::LeaseKeepAliveRequest, pb::LeaseKeepAliveResponse> kLeaseKeepAliveOnce;

using WatchBidiStream = BidiStream<WatchCommand, pb::WatchRequest, WatchFrame, pb::WatchResponse>;
using KeepAliveBidiStream = BidiStream<LeaseKeepAliveRequest, pb::LeaseKeepAliveRequest,
                                       LeaseKeepAliveResponse, pb::LeaseKeepAliveResponse>;

void StartWatch(const Endpoint& endpoint, grpc::ClientContext* context,
                WatchBidiStream::Reactor* reactor);
void StartKeepAlive(const Endpoint& endpoint, grpc::ClientContext* context,
                    KeepAliveBidiStream::Reactor* reactor);

}  // namespace etcdpp
