#include "client/src/methods.h"

#include <functional>
#include <utility>

#include <grpcpp/support/client_callback.h>
#include <grpcpp/support/sync_stream.h>

namespace etcdpp {
namespace {

using Done = std::function<void(grpc::Status)>;
using Context = grpc::ClientContext;

grpc::Status EndedWithoutAnswer(const grpc::Status& status) {
  if (!status.ok()) return status;
  return {grpc::StatusCode::UNAVAILABLE, "the renewal's stream ended without an answer"};
}

grpc::Status RenewOnce(const Stubs& stubs, Context* context, const Message& request,
                       Message* response) {
  const auto stream = stubs.lease->LeaseKeepAlive(context);
  stream->Write(static_cast<const pb::LeaseKeepAliveRequest&>(request));
  stream->WritesDone();
  const bool answered = stream->Read(static_cast<pb::LeaseKeepAliveResponse*>(response));
  const grpc::Status status = stream->Finish();
  return answered ? grpc::Status::OK : EndedWithoutAnswer(status);
}

/// RenewOnce without waiting. Deletes itself when gRPC is done with it.
class RenewOnceReactor final
    : public grpc::ClientBidiReactor<pb::LeaseKeepAliveRequest, pb::LeaseKeepAliveResponse> {
 public:
  RenewOnceReactor(pb::LeaseKeepAliveResponse* response, Done done)
      : response_(response), done_(std::move(done)) {}

  void Start(const Stubs& stubs, Context* context, const pb::LeaseKeepAliveRequest* request) {
    stubs.lease->async()->LeaseKeepAlive(context, this);
    StartWriteLast(request, grpc::WriteOptions());
    StartRead(response_);
    StartCall();
  }

  void OnReadDone(bool ok) override { answered_ = ok; }

  void OnDone(const grpc::Status& status) override {
    const std::unique_ptr<RenewOnceReactor> self(this);
    done_(answered_ ? grpc::Status::OK : EndedWithoutAnswer(status));
  }

 private:
  pb::LeaseKeepAliveResponse* const response_;
  const Done done_;
  bool answered_ = false;
};

void StartRenewOnce(const Stubs& stubs, Context* context, const Message* request, Message* response,
                    Done done) {
  auto reactor = std::make_unique<RenewOnceReactor>(
      static_cast<pb::LeaseKeepAliveResponse*>(response), std::move(done));
  // Owns itself from here on.
  reactor.release()->Start(stubs, context, static_cast<const pb::LeaseKeepAliveRequest*>(request));
}

template <typename Service>
using StubOf = typename Service::Stub;
template <typename Service>
using AsyncOf = typename Service::StubInterface::async_interface;

/// Makes an Rpc of what is generated for it: the stub that has it, and its two forms.
template <typename Service, typename Request, typename Response,
          std::unique_ptr<StubOf<Service>> const Stubs::*kStub,
          grpc::Status (StubOf<Service>::*kCall)(Context*, const Request&, Response*),
          void (AsyncOf<Service>::*kStart)(Context*, const Request*, Response*, Done)>
constexpr Rpc<Request, Response> Make(std::string_view name, Idempotency idempotency,
                                      bool needs_token = true) {
  return {{{name, idempotency, needs_token},
           [](const Stubs& stubs, Context* context, const Message& request, Message* response) {
             return ((*(stubs.*kStub)).*kCall)(context, static_cast<const Request&>(request),
                                               static_cast<Response*>(response));
           },
           [](const Stubs& stubs, Context* context, const Message* request, Message* response,
              Done done) {
             AsyncOf<Service>* async = (stubs.*kStub)->async();
             (async->*kStart)(context, static_cast<const Request*>(request),
                              static_cast<Response*>(response), std::move(done));
           }}};
}

}  // namespace

const Rpc<pb::RangeRequest, pb::RangeResponse> kRange =
    Make<pb::KV, pb::RangeRequest, pb::RangeResponse, &Stubs::kv, &pb::KV::Stub::Range,
         &AsyncOf<pb::KV>::Range>("/etcdserverpb.KV/Range", Idempotency::kRead);

const Rpc<pb::PutRequest, pb::PutResponse> kPut =
    Make<pb::KV, pb::PutRequest, pb::PutResponse, &Stubs::kv, &pb::KV::Stub::Put,
         &AsyncOf<pb::KV>::Put>("/etcdserverpb.KV/Put", Idempotency::kWrite);

const Rpc<pb::DeleteRangeRequest, pb::DeleteRangeResponse> kDeleteRange =
    Make<pb::KV, pb::DeleteRangeRequest, pb::DeleteRangeResponse, &Stubs::kv,
         &pb::KV::Stub::DeleteRange, &AsyncOf<pb::KV>::DeleteRange>("/etcdserverpb.KV/DeleteRange",
                                                                    Idempotency::kWrite);

const Rpc<pb::TxnRequest, pb::TxnResponse> kTxn =
    Make<pb::KV, pb::TxnRequest, pb::TxnResponse, &Stubs::kv, &pb::KV::Stub::Txn,
         &AsyncOf<pb::KV>::Txn>("/etcdserverpb.KV/Txn", Idempotency::kWrite);

const Rpc<pb::TxnRequest, pb::TxnResponse> kReadOnlyTxn =
    Make<pb::KV, pb::TxnRequest, pb::TxnResponse, &Stubs::kv, &pb::KV::Stub::Txn,
         &AsyncOf<pb::KV>::Txn>("/etcdserverpb.KV/Txn", Idempotency::kRead);

const Rpc<pb::CompactionRequest, pb::CompactionResponse> kCompact =
    Make<pb::KV, pb::CompactionRequest, pb::CompactionResponse, &Stubs::kv, &pb::KV::Stub::Compact,
         &AsyncOf<pb::KV>::Compact>("/etcdserverpb.KV/Compact", Idempotency::kWrite);

const Rpc<pb::LeaseGrantRequest, pb::LeaseGrantResponse> kLeaseGrant =
    Make<pb::Lease, pb::LeaseGrantRequest, pb::LeaseGrantResponse, &Stubs::lease,
         &pb::Lease::Stub::LeaseGrant, &AsyncOf<pb::Lease>::LeaseGrant>(
        "/etcdserverpb.Lease/LeaseGrant", Idempotency::kWrite);

const Rpc<pb::LeaseRevokeRequest, pb::LeaseRevokeResponse> kLeaseRevoke =
    Make<pb::Lease, pb::LeaseRevokeRequest, pb::LeaseRevokeResponse, &Stubs::lease,
         &pb::Lease::Stub::LeaseRevoke, &AsyncOf<pb::Lease>::LeaseRevoke>(
        "/etcdserverpb.Lease/LeaseRevoke", Idempotency::kWrite);

const Rpc<pb::LeaseTimeToLiveRequest, pb::LeaseTimeToLiveResponse> kLeaseTimeToLive =
    Make<pb::Lease, pb::LeaseTimeToLiveRequest, pb::LeaseTimeToLiveResponse, &Stubs::lease,
         &pb::Lease::Stub::LeaseTimeToLive, &AsyncOf<pb::Lease>::LeaseTimeToLive>(
        "/etcdserverpb.Lease/LeaseTimeToLive", Idempotency::kRead);

const Rpc<pb::LeaseLeasesRequest, pb::LeaseLeasesResponse> kLeaseLeases =
    Make<pb::Lease, pb::LeaseLeasesRequest, pb::LeaseLeasesResponse, &Stubs::lease,
         &pb::Lease::Stub::LeaseLeases, &AsyncOf<pb::Lease>::LeaseLeases>(
        "/etcdserverpb.Lease/LeaseLeases", Idempotency::kRead);

// Renewing twice is renewing once.
const Rpc<pb::LeaseKeepAliveRequest, pb::LeaseKeepAliveResponse> kLeaseKeepAliveOnce{
    {{"/etcdserverpb.Lease/LeaseKeepAlive", Idempotency::kRead}, RenewOnce, StartRenewOnce}};

const Rpc<pb::AuthEnableRequest, pb::AuthEnableResponse> kAuthEnable =
    Make<pb::Auth, pb::AuthEnableRequest, pb::AuthEnableResponse, &Stubs::auth,
         &pb::Auth::Stub::AuthEnable, &AsyncOf<pb::Auth>::AuthEnable>(
        "/etcdserverpb.Auth/AuthEnable", Idempotency::kWrite);

const Rpc<pb::AuthDisableRequest, pb::AuthDisableResponse> kAuthDisable =
    Make<pb::Auth, pb::AuthDisableRequest, pb::AuthDisableResponse, &Stubs::auth,
         &pb::Auth::Stub::AuthDisable, &AsyncOf<pb::Auth>::AuthDisable>(
        "/etcdserverpb.Auth/AuthDisable", Idempotency::kWrite);

const Rpc<pb::AuthStatusRequest, pb::AuthStatusResponse> kAuthStatus =
    Make<pb::Auth, pb::AuthStatusRequest, pb::AuthStatusResponse, &Stubs::auth,
         &pb::Auth::Stub::AuthStatus, &AsyncOf<pb::Auth>::AuthStatus>(
        "/etcdserverpb.Auth/AuthStatus", Idempotency::kRead);

const Rpc<pb::AuthenticateRequest, pb::AuthenticateResponse> kAuthenticate =
    Make<pb::Auth, pb::AuthenticateRequest, pb::AuthenticateResponse, &Stubs::auth,
         &pb::Auth::Stub::Authenticate, &AsyncOf<pb::Auth>::Authenticate>(
        "/etcdserverpb.Auth/Authenticate", Idempotency::kRead, false);

const Rpc<pb::AuthUserAddRequest, pb::AuthUserAddResponse> kUserAdd =
    Make<pb::Auth, pb::AuthUserAddRequest, pb::AuthUserAddResponse, &Stubs::auth,
         &pb::Auth::Stub::UserAdd, &AsyncOf<pb::Auth>::UserAdd>("/etcdserverpb.Auth/UserAdd",
                                                                Idempotency::kWrite);

const Rpc<pb::AuthUserGetRequest, pb::AuthUserGetResponse> kUserGet =
    Make<pb::Auth, pb::AuthUserGetRequest, pb::AuthUserGetResponse, &Stubs::auth,
         &pb::Auth::Stub::UserGet, &AsyncOf<pb::Auth>::UserGet>("/etcdserverpb.Auth/UserGet",
                                                                Idempotency::kRead);

const Rpc<pb::AuthUserListRequest, pb::AuthUserListResponse> kUserList =
    Make<pb::Auth, pb::AuthUserListRequest, pb::AuthUserListResponse, &Stubs::auth,
         &pb::Auth::Stub::UserList, &AsyncOf<pb::Auth>::UserList>("/etcdserverpb.Auth/UserList",
                                                                  Idempotency::kRead);

const Rpc<pb::AuthUserDeleteRequest, pb::AuthUserDeleteResponse> kUserDelete =
    Make<pb::Auth, pb::AuthUserDeleteRequest, pb::AuthUserDeleteResponse, &Stubs::auth,
         &pb::Auth::Stub::UserDelete, &AsyncOf<pb::Auth>::UserDelete>(
        "/etcdserverpb.Auth/UserDelete", Idempotency::kWrite);

const Rpc<pb::AuthUserChangePasswordRequest, pb::AuthUserChangePasswordResponse>
    kUserChangePassword =
        Make<pb::Auth, pb::AuthUserChangePasswordRequest, pb::AuthUserChangePasswordResponse,
             &Stubs::auth, &pb::Auth::Stub::UserChangePassword,
             &AsyncOf<pb::Auth>::UserChangePassword>("/etcdserverpb.Auth/UserChangePassword",
                                                     Idempotency::kWrite);

const Rpc<pb::AuthUserGrantRoleRequest, pb::AuthUserGrantRoleResponse> kUserGrantRole =
    Make<pb::Auth, pb::AuthUserGrantRoleRequest, pb::AuthUserGrantRoleResponse, &Stubs::auth,
         &pb::Auth::Stub::UserGrantRole, &AsyncOf<pb::Auth>::UserGrantRole>(
        "/etcdserverpb.Auth/UserGrantRole", Idempotency::kWrite);

const Rpc<pb::AuthUserRevokeRoleRequest, pb::AuthUserRevokeRoleResponse> kUserRevokeRole =
    Make<pb::Auth, pb::AuthUserRevokeRoleRequest, pb::AuthUserRevokeRoleResponse, &Stubs::auth,
         &pb::Auth::Stub::UserRevokeRole, &AsyncOf<pb::Auth>::UserRevokeRole>(
        "/etcdserverpb.Auth/UserRevokeRole", Idempotency::kWrite);

const Rpc<pb::AuthRoleAddRequest, pb::AuthRoleAddResponse> kRoleAdd =
    Make<pb::Auth, pb::AuthRoleAddRequest, pb::AuthRoleAddResponse, &Stubs::auth,
         &pb::Auth::Stub::RoleAdd, &AsyncOf<pb::Auth>::RoleAdd>("/etcdserverpb.Auth/RoleAdd",
                                                                Idempotency::kWrite);

const Rpc<pb::AuthRoleGetRequest, pb::AuthRoleGetResponse> kRoleGet =
    Make<pb::Auth, pb::AuthRoleGetRequest, pb::AuthRoleGetResponse, &Stubs::auth,
         &pb::Auth::Stub::RoleGet, &AsyncOf<pb::Auth>::RoleGet>("/etcdserverpb.Auth/RoleGet",
                                                                Idempotency::kRead);

const Rpc<pb::AuthRoleListRequest, pb::AuthRoleListResponse> kRoleList =
    Make<pb::Auth, pb::AuthRoleListRequest, pb::AuthRoleListResponse, &Stubs::auth,
         &pb::Auth::Stub::RoleList, &AsyncOf<pb::Auth>::RoleList>("/etcdserverpb.Auth/RoleList",
                                                                  Idempotency::kRead);

const Rpc<pb::AuthRoleDeleteRequest, pb::AuthRoleDeleteResponse> kRoleDelete =
    Make<pb::Auth, pb::AuthRoleDeleteRequest, pb::AuthRoleDeleteResponse, &Stubs::auth,
         &pb::Auth::Stub::RoleDelete, &AsyncOf<pb::Auth>::RoleDelete>(
        "/etcdserverpb.Auth/RoleDelete", Idempotency::kWrite);

const Rpc<pb::AuthRoleGrantPermissionRequest, pb::AuthRoleGrantPermissionResponse>
    kRoleGrantPermission =
        Make<pb::Auth, pb::AuthRoleGrantPermissionRequest, pb::AuthRoleGrantPermissionResponse,
             &Stubs::auth, &pb::Auth::Stub::RoleGrantPermission,
             &AsyncOf<pb::Auth>::RoleGrantPermission>("/etcdserverpb.Auth/RoleGrantPermission",
                                                      Idempotency::kWrite);

const Rpc<pb::AuthRoleRevokePermissionRequest, pb::AuthRoleRevokePermissionResponse>
    kRoleRevokePermission =
        Make<pb::Auth, pb::AuthRoleRevokePermissionRequest, pb::AuthRoleRevokePermissionResponse,
             &Stubs::auth, &pb::Auth::Stub::RoleRevokePermission,
             &AsyncOf<pb::Auth>::RoleRevokePermission>("/etcdserverpb.Auth/RoleRevokePermission",
                                                       Idempotency::kWrite);

const Rpc<pb::MemberListRequest, pb::MemberListResponse> kMemberList =
    Make<pb::Cluster, pb::MemberListRequest, pb::MemberListResponse, &Stubs::cluster,
         &pb::Cluster::Stub::MemberList, &AsyncOf<pb::Cluster>::MemberList>(
        "/etcdserverpb.Cluster/MemberList", Idempotency::kRead);

const Rpc<pb::MemberAddRequest, pb::MemberAddResponse> kMemberAdd =
    Make<pb::Cluster, pb::MemberAddRequest, pb::MemberAddResponse, &Stubs::cluster,
         &pb::Cluster::Stub::MemberAdd, &AsyncOf<pb::Cluster>::MemberAdd>(
        "/etcdserverpb.Cluster/MemberAdd", Idempotency::kWrite);

const Rpc<pb::MemberRemoveRequest, pb::MemberRemoveResponse> kMemberRemove =
    Make<pb::Cluster, pb::MemberRemoveRequest, pb::MemberRemoveResponse, &Stubs::cluster,
         &pb::Cluster::Stub::MemberRemove, &AsyncOf<pb::Cluster>::MemberRemove>(
        "/etcdserverpb.Cluster/MemberRemove", Idempotency::kWrite);

const Rpc<pb::MemberUpdateRequest, pb::MemberUpdateResponse> kMemberUpdate =
    Make<pb::Cluster, pb::MemberUpdateRequest, pb::MemberUpdateResponse, &Stubs::cluster,
         &pb::Cluster::Stub::MemberUpdate, &AsyncOf<pb::Cluster>::MemberUpdate>(
        "/etcdserverpb.Cluster/MemberUpdate", Idempotency::kWrite);

const Rpc<pb::MemberPromoteRequest, pb::MemberPromoteResponse> kMemberPromote =
    Make<pb::Cluster, pb::MemberPromoteRequest, pb::MemberPromoteResponse, &Stubs::cluster,
         &pb::Cluster::Stub::MemberPromote, &AsyncOf<pb::Cluster>::MemberPromote>(
        "/etcdserverpb.Cluster/MemberPromote", Idempotency::kWrite);

const Rpc<pb::AlarmRequest, pb::AlarmResponse> kAlarm =
    Make<pb::Maintenance, pb::AlarmRequest, pb::AlarmResponse, &Stubs::maintenance,
         &pb::Maintenance::Stub::Alarm, &AsyncOf<pb::Maintenance>::Alarm>(
        "/etcdserverpb.Maintenance/Alarm", Idempotency::kRead);

const Rpc<pb::StatusRequest, pb::StatusResponse> kStatus =
    Make<pb::Maintenance, pb::StatusRequest, pb::StatusResponse, &Stubs::maintenance,
         &pb::Maintenance::Stub::Status, &AsyncOf<pb::Maintenance>::Status>(
        "/etcdserverpb.Maintenance/Status", Idempotency::kRead);

const Rpc<pb::DefragmentRequest, pb::DefragmentResponse> kDefragment =
    Make<pb::Maintenance, pb::DefragmentRequest, pb::DefragmentResponse, &Stubs::maintenance,
         &pb::Maintenance::Stub::Defragment, &AsyncOf<pb::Maintenance>::Defragment>(
        "/etcdserverpb.Maintenance/Defragment", Idempotency::kWrite);

const Rpc<pb::HashRequest, pb::HashResponse> kHash =
    Make<pb::Maintenance, pb::HashRequest, pb::HashResponse, &Stubs::maintenance,
         &pb::Maintenance::Stub::Hash, &AsyncOf<pb::Maintenance>::Hash>(
        "/etcdserverpb.Maintenance/Hash", Idempotency::kRead);

const Rpc<pb::HashKVRequest, pb::HashKVResponse> kHashKv =
    Make<pb::Maintenance, pb::HashKVRequest, pb::HashKVResponse, &Stubs::maintenance,
         &pb::Maintenance::Stub::HashKV, &AsyncOf<pb::Maintenance>::HashKV>(
        "/etcdserverpb.Maintenance/HashKV", Idempotency::kRead);

const Rpc<pb::MoveLeaderRequest, pb::MoveLeaderResponse> kMoveLeader =
    Make<pb::Maintenance, pb::MoveLeaderRequest, pb::MoveLeaderResponse, &Stubs::maintenance,
         &pb::Maintenance::Stub::MoveLeader, &AsyncOf<pb::Maintenance>::MoveLeader>(
        "/etcdserverpb.Maintenance/MoveLeader", Idempotency::kWrite);

const Rpc<pb::DowngradeRequest, pb::DowngradeResponse> kDowngrade =
    Make<pb::Maintenance, pb::DowngradeRequest, pb::DowngradeResponse, &Stubs::maintenance,
         &pb::Maintenance::Stub::Downgrade, &AsyncOf<pb::Maintenance>::Downgrade>(
        "/etcdserverpb.Maintenance/Downgrade", Idempotency::kWrite);

const WatchBidiStream::Kind kWatch{
    "/etcdserverpb.Watch/Watch",
    [](const Stubs& stubs, grpc::ClientContext* context, WatchBidiStream::Reactor* reactor) {
      stubs.watch->async()->Watch(context, reactor);
    }};

const KeepAliveBidiStream::Kind kKeepAlive{
    "/etcdserverpb.Lease/LeaseKeepAlive",
    [](const Stubs& stubs, grpc::ClientContext* context, KeepAliveBidiStream::Reactor* reactor) {
      stubs.lease->async()->LeaseKeepAlive(context, reactor);
    }};

}  // namespace etcdpp
