#include "etcdpp/mocks/mock_connection.h"

#include "etcdpp/mocks/mock_services.h"

namespace etcdpp::mocks {
namespace {

/// That of a server which knows no streams.
class NoRangeStream final : public RangeStream {
 public:
  Result<std::optional<RangeResponse>> Next() override {
    return Status(Code::kUnimplemented, "unknown method RangeStream for service etcdserverpb.KV");
  }
  void Cancel() override {}
};

}  // namespace

struct MockConnection::Services {
  testing::NiceMock<MockAuthService> auth;
  testing::NiceMock<MockClusterService> cluster;
  testing::NiceMock<MockMaintenanceService> maintenance;
  testing::NiceMock<MockEndpointService> endpoints;
};

MockConnection::MockConnection()
    : services_(std::make_unique<Services>()),
      auth_service(services_->auth),
      cluster_service(services_->cluster),
      maintenance_service(services_->maintenance),
      endpoint_service(services_->endpoints) {
  using testing::Invoke;
  ON_CALL(*this, AsyncRange).WillByDefault(Invoke([this](RangeParams p, auto done) {
    done(Range(std::move(p)));
  }));
  ON_CALL(*this, AsyncPut).WillByDefault(Invoke([this](PutParams p, auto done) {
    done(Put(std::move(p)));
  }));
  ON_CALL(*this, AsyncDelete).WillByDefault(Invoke([this](DeleteParams p, auto done) {
    done(Delete(std::move(p)));
  }));
  ON_CALL(*this, AsyncTxn).WillByDefault(Invoke([this](TxnParams p, auto done) {
    done(Txn(std::move(p)));
  }));
  ON_CALL(*this, AsyncCompact).WillByDefault(Invoke([this](CompactParams p, auto done) {
    done(Compact(std::move(p)));
  }));
  ON_CALL(*this, AsyncLeaseGrant).WillByDefault(Invoke([this](LeaseGrantParams p, auto done) {
    done(LeaseGrant(std::move(p)));
  }));
  ON_CALL(*this, AsyncLeaseRevoke).WillByDefault(Invoke([this](LeaseRevokeParams p, auto done) {
    done(LeaseRevoke(std::move(p)));
  }));
  ON_CALL(*this, AsyncLeaseKeepAlive)
      .WillByDefault(Invoke(
          [this](LeaseKeepAliveParams p, auto done) { done(LeaseKeepAlive(std::move(p))); }));
  ON_CALL(*this, AsyncTimeToLive).WillByDefault(Invoke([this](TimeToLiveParams p, auto done) {
    done(TimeToLive(std::move(p)));
  }));
  ON_CALL(*this, AsyncLeases).WillByDefault(Invoke([this](LeasesParams p, auto done) {
    done(Leases(std::move(p)));
  }));
  ON_CALL(*this, StreamRange).WillByDefault(Invoke([](const RangeParams& /*params*/) {
    return std::make_unique<NoRangeStream>();
  }));
  ON_CALL(*this, AsyncCallRaw).WillByDefault(Invoke([this](RawParams p, auto done) {
    done(CallRaw(std::move(p)));
  }));
  ON_CALL(*this, RunAfter).WillByDefault(Invoke([](std::chrono::milliseconds, auto task) {
    task();
  }));
}

MockConnection::~MockConnection() = default;

AuthService& MockConnection::auth() { return auth_service; }
ClusterService& MockConnection::cluster() { return cluster_service; }
MaintenanceService& MockConnection::maintenance() { return maintenance_service; }
EndpointService& MockConnection::endpoints() { return endpoint_service; }

MockWatchStream::MockWatchStream() {
  ON_CALL(*this, AsyncNext)
      .WillByDefault(testing::Invoke(
          [this](std::chrono::milliseconds timeout, auto done) { done(NextFor(timeout)); }));
}

MockWatchStream::~MockWatchStream() = default;

MockRangeStream::MockRangeStream() = default;

MockRangeStream::~MockRangeStream() = default;

MockLeaseRenewal::MockLeaseRenewal() = default;

MockLeaseRenewal::~MockLeaseRenewal() = default;

}  // namespace etcdpp::mocks

template class testing::NiceMock<etcdpp::mocks::MockConnection>;
template class testing::StrictMock<etcdpp::mocks::MockConnection>;
template class testing::NiceMock<etcdpp::mocks::MockWatchStream>;
template class testing::NiceMock<etcdpp::mocks::MockLeaseRenewal>;
