#include "client/src/grpc_connection.h"

#include <random>
#include <utility>

#include "client/src/invoke.h"
#include "client/src/methods.h"
#include "client/src/range_stream_call.h"
#include "client/src/raw_call.h"
#include "client/src/refuse.h"
#include "etcdpp/client.h"

namespace etcdpp {
namespace {

using std::chrono::milliseconds;

// Of streams that broke. Short at first: a watch should hardly notice a restarted server.
Backoff StreamBackoff() { return {milliseconds(20), milliseconds(2000), std::random_device{}()}; }

const Rpc<pb::TxnRequest, pb::TxnResponse>& TxnMethod(const TxnRequest& request) {
  return IsReadOnly(request) ? kReadOnlyTxn : kTxn;
}

// Takes the endpoints from the list of members, now and then, until the transport is closed. Knows
// only that: the connection may be gone before it.
void SyncLater(Transport& transport) {
  const auto when = internal::Later(transport.timer.Now(), transport.options.auto_sync_interval);
  transport.timer.RunAt(when, [&transport] {
    Async(transport, kMemberList, ToProto(MemberListRequest()), CallOptions(),
          Callback<MembersResponse>([&transport](Result<MembersResponse> list) {
            const auto urls = list.ok() ? ClientUrls(list->members) : std::vector<std::string>();
            if (!urls.empty()) {
              if (Status status = SetEndpoints(transport, urls); !status.ok()) {
                transport.Log(LogLevel::kWarning, "cannot follow the members: " + status.message());
              }
            }
            SyncLater(transport);
          }));
  });
}

CallOptions RequireLeader() {
  CallOptions options;
  options.require_leader = true;
  return options;
}

std::string StreamKey(const CallOptions& call) {
  std::string key(call.require_leader ? "1" : "0");
  key.append(call.endpoint.str()).append("\n");
  for (const auto& [name, value] : call.metadata) {
    key.append(std::to_string(name.size())).append(":").append(name);
    key.append(std::to_string(value.size())).append(":").append(value);
  }
  return key;
}

}  // namespace

GrpcConnection::GrpcConnection(const Options& options)
    : transport_(std::make_unique<Transport>(options)),
      auth_(*transport_),
      cluster_(*transport_),
      maintenance_(*transport_),
      endpoints_(*transport_),
      keepalive_(std::make_shared<KeepAliveHub>(
          [transport = transport_.get()](StreamEvents<LeaseKeepAliveResponse> events) {
            return KeepAliveBidiStream::Open(*transport, RequireLeader(), kKeepAlive,
                                             std::move(events));
          },
          transport_->timer, transport_->callbacks, StreamBackoff())) {
  const bool usable = transport_->endpoints.status().ok();
  if (usable && transport_->options.auto_sync_interval.count() > 0) SyncLater(*transport_);
}

GrpcConnection::~GrpcConnection() {
  EndStreams();
  Close(std::move(transport_));
}

void GrpcConnection::Shutdown() {
  transport_->shutdown.request_stop();
  EndStreams();
  transport_->in_flight.CancelAll();
}

void GrpcConnection::EndStreams() {
  keepalive_->Shutdown();
  std::vector<std::shared_ptr<WatchHub>> hubs;
  {
    const std::lock_guard lock(mu_);
    for (const auto& [key, weak] : watch_hubs_) {
      if (auto hub = weak.lock()) hubs.push_back(std::move(hub));
    }
    for (const auto& weak : own_hubs_) {
      if (auto hub = weak.lock()) hubs.push_back(std::move(hub));
    }
  }
  for (const auto& hub : hubs) hub->Shutdown();  // runs callbacks
}

Result<RangeResponse> GrpcConnection::Range(RangeParams params) {
  return Blocking(*transport_, kRange, ToProto(params.request), params.call);
}

Result<PutResponse> GrpcConnection::Put(PutParams params) {
  return Blocking(*transport_, kPut, ToProto(std::move(params.request)), params.call);
}

Result<DeleteResponse> GrpcConnection::Delete(DeleteParams params) {
  return Blocking(*transport_, kDeleteRange, ToProto(params.request), params.call);
}

Result<TxnResponse> GrpcConnection::Txn(TxnParams params) {
  const auto& method = TxnMethod(params.request);
  return Blocking(*transport_, method, ToProto(std::move(params.request)), params.call);
}

Result<CompactResponse> GrpcConnection::Compact(CompactParams params) {
  return Blocking(*transport_, kCompact, ToProto(params.request), params.call);
}

Result<LeaseGrantResponse> GrpcConnection::LeaseGrant(LeaseGrantParams params) {
  return Blocking(*transport_, kLeaseGrant, ToProto(params.request), params.call);
}

Result<LeaseRevokeResponse> GrpcConnection::LeaseRevoke(LeaseRevokeParams params) {
  keepalive_->BeginRevoke(params.request.id);
  auto result = Blocking(*transport_, kLeaseRevoke, ToProto(params.request), params.call);
  keepalive_->EndRevoke(params.request.id, result.ok());
  return result;
}

Result<LeaseKeepAliveResponse> GrpcConnection::LeaseKeepAlive(LeaseKeepAliveParams params) {
  return Blocking(*transport_, kLeaseKeepAliveOnce, ToProto(params.request), params.call);
}

Result<TimeToLiveResponse> GrpcConnection::TimeToLive(TimeToLiveParams params) {
  return Blocking(*transport_, kLeaseTimeToLive, ToProto(params.request), params.call);
}

Result<LeasesResponse> GrpcConnection::Leases(LeasesParams params) {
  return Blocking(*transport_, kLeaseLeases, pb::LeaseLeasesRequest(), params.call);
}

void GrpcConnection::AsyncRange(RangeParams params, Callback<RangeResponse> done) {
  Async(*transport_, kRange, ToProto(params.request), std::move(params.call), std::move(done));
}

void GrpcConnection::AsyncPut(PutParams params, Callback<PutResponse> done) {
  Async(*transport_, kPut, ToProto(std::move(params.request)), std::move(params.call),
        std::move(done));
}

void GrpcConnection::AsyncDelete(DeleteParams params, Callback<DeleteResponse> done) {
  Async(*transport_, kDeleteRange, ToProto(params.request), std::move(params.call),
        std::move(done));
}

void GrpcConnection::AsyncTxn(TxnParams params, Callback<TxnResponse> done) {
  const auto& method = TxnMethod(params.request);
  Async(*transport_, method, ToProto(std::move(params.request)), std::move(params.call),
        std::move(done));
}

void GrpcConnection::AsyncCompact(CompactParams params, Callback<CompactResponse> done) {
  Async(*transport_, kCompact, ToProto(params.request), std::move(params.call), std::move(done));
}

void GrpcConnection::AsyncLeaseGrant(LeaseGrantParams params, Callback<LeaseGrantResponse> done) {
  Async(*transport_, kLeaseGrant, ToProto(params.request), std::move(params.call), std::move(done));
}

void GrpcConnection::AsyncLeaseRevoke(LeaseRevokeParams params,
                                      Callback<LeaseRevokeResponse> done) {
  const LeaseId id = params.request.id;
  keepalive_->BeginRevoke(id);
  Async(*transport_, kLeaseRevoke, ToProto(params.request), std::move(params.call),
        Callback<LeaseRevokeResponse>([keepalive = keepalive_, id,
                                       done = std::move(done)](Result<LeaseRevokeResponse> result) {
          keepalive->EndRevoke(id, result.ok());
          done(std::move(result));
        }));
}

void GrpcConnection::AsyncLeaseKeepAlive(LeaseKeepAliveParams params,
                                         Callback<LeaseKeepAliveResponse> done) {
  Async(*transport_, kLeaseKeepAliveOnce, ToProto(params.request), std::move(params.call),
        std::move(done));
}

void GrpcConnection::AsyncTimeToLive(TimeToLiveParams params, Callback<TimeToLiveResponse> done) {
  Async(*transport_, kLeaseTimeToLive, ToProto(params.request), std::move(params.call),
        std::move(done));
}

void GrpcConnection::AsyncLeases(LeasesParams params, Callback<LeasesResponse> done) {
  Async(*transport_, kLeaseLeases, pb::LeaseLeasesRequest(), std::move(params.call),
        std::move(done));
}

std::unique_ptr<RangeStream> GrpcConnection::StreamRange(RangeParams params) {
  return StartRangeStream(*transport_, std::move(params));
}

Result<RawResponse> GrpcConnection::CallRaw(RawParams params) {
  if (Status named = CheckMethod(params.request); !named.ok()) return named;
  return etcdpp::CallRaw(*transport_, std::move(params));
}

void GrpcConnection::AsyncCallRaw(RawParams params, Callback<RawResponse> done) {
  if (Status named = CheckMethod(params.request); !named.ok()) {
    return Refuse(*this, std::move(named), std::move(done));
  }
  StartRawCall(*transport_, std::move(params), std::move(done));
}

std::unique_ptr<WatchStream> GrpcConnection::Watch(WatchParams params) {
  const auto hub = WatchHubFor(params);  // which a shutdown from here on ends, too
  const Status& status = transport_->endpoints.status();
  if (!status.ok()) return hub->Refused(params.request, status);
  if (transport_->shutdown.stop_requested()) return hub->Refused(params.request, ClientIsGone());
  const auto confirm_by = DeadlineFor(*transport_, params.call);
  return hub->Watch(params.request, params.call.cancel, confirm_by);
}

std::shared_ptr<WatchHub> GrpcConnection::WatchHubFor(const WatchParams& params) {
  const std::lock_guard lock(mu_);
  if (params.request.options.own_stream) {
    auto hub = NewWatchHub(params.call);
    std::erase_if(own_hubs_, [](const auto& weak) { return weak.expired(); });
    own_hubs_.push_back(hub);
    return hub;
  }
  std::erase_if(watch_hubs_, [](const auto& entry) { return entry.second.expired(); });
  std::weak_ptr<WatchHub>& known = watch_hubs_[StreamKey(params.call)];
  auto hub = known.lock();
  if (hub == nullptr) {
    hub = NewWatchHub(params.call);
    known = hub;
  }
  return hub;
}

std::shared_ptr<WatchHub> GrpcConnection::NewWatchHub(const CallOptions& call) {
  CallOptions stream_call;
  stream_call.metadata = call.metadata;
  stream_call.require_leader = call.require_leader;
  stream_call.endpoint = call.endpoint;
  return std::make_shared<WatchHub>(
      [transport = transport_.get(), stream_call](StreamEvents<WatchFrame> events) {
        return WatchBidiStream::Open(*transport, stream_call, kWatch, std::move(events));
      },
      transport_->timer, transport_->callbacks, StreamBackoff(), call.require_leader);
}

std::unique_ptr<LeaseRenewal> GrpcConnection::KeepAlive(KeepAliveParams params) {
  const Status& status = transport_->endpoints.status();
  if (!status.ok()) return keepalive_->Refused(params.request.id, status);
  return keepalive_->Keep(params.request);
}

void GrpcConnection::RunAfter(milliseconds delay, std::function<void()> task) {
  transport_->callbacks.RunAt(internal::Later(Timer::Clock::now(), delay), std::move(task));
}

std::vector<EndpointState> GrpcConnection::EndpointList::States() const {
  return transport_.endpoints.States();
}

Status GrpcConnection::EndpointList::Set(const std::vector<std::string>& endpoints) {
  return SetEndpoints(transport_, endpoints);
}

void GrpcConnection::EndpointList::MarkFailed(std::string_view endpoint) {
  transport_.endpoints.MarkFailed(endpoint);
}

std::shared_ptr<Connection> MakeConnection(const Options& options) {
  return std::make_shared<GrpcConnection>(options);
}

Client::Client(std::string_view endpoint) : Client(Options{.endpoints = {std::string(endpoint)}}) {}

Client::Client(const Options& options) : Client(MakeConnection(options)) {}

}  // namespace etcdpp
