#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include <gmock/gmock.h>

#include "etcdpp/connection.h"

namespace etcdpp::mocks {

// In etcdpp/mocks/mock_services.h, for who expects something of them: they take a compiler as long
// as the rest.
class MockAuthService;
class MockClusterService;
class MockMaintenanceService;
class MockEndpointService;

/// A Connection for the tests of programs that use a Client.
///
///   auto connection = std::make_shared<NiceMock<MockConnection>>();
///   EXPECT_CALL(*connection, Put).WillOnce(Return(PutResponse()));
///   Program program{Client(connection)};
///
/// An asynchronous call without an expectation of its own makes the blocking one and hands its
/// result to the callback at once, so that one expectation serves both.
///
/// A StreamRange without an expectation is that of a server older than 3.7, which a Scan does
/// without.
///
/// The services about running a cluster are mocks of their own, in a header of their own:
///
///   #include "etcdpp/mocks/mock_services.h"
///   EXPECT_CALL(connection->auth_service, UserAdd).WillOnce(Return(AuthResponse()));
class MockConnection : public Connection {
 public:
  MockConnection();
  ~MockConnection() override;

  MOCK_METHOD(Result<RangeResponse>, Range, (RangeParams), (override));
  MOCK_METHOD(Result<PutResponse>, Put, (PutParams), (override));
  MOCK_METHOD(Result<DeleteResponse>, Delete, (DeleteParams), (override));
  MOCK_METHOD(Result<TxnResponse>, Txn, (TxnParams), (override));
  MOCK_METHOD(Result<CompactResponse>, Compact, (CompactParams), (override));

  MOCK_METHOD(Result<LeaseGrantResponse>, LeaseGrant, (LeaseGrantParams), (override));
  MOCK_METHOD(Result<LeaseRevokeResponse>, LeaseRevoke, (LeaseRevokeParams), (override));
  MOCK_METHOD(Result<LeaseKeepAliveResponse>, LeaseKeepAlive, (LeaseKeepAliveParams), (override));
  MOCK_METHOD(Result<TimeToLiveResponse>, TimeToLive, (TimeToLiveParams), (override));
  MOCK_METHOD(Result<LeasesResponse>, Leases, (LeasesParams), (override));

  MOCK_METHOD(void, AsyncRange, (RangeParams, Callback<RangeResponse>), (override));
  MOCK_METHOD(void, AsyncPut, (PutParams, Callback<PutResponse>), (override));
  MOCK_METHOD(void, AsyncDelete, (DeleteParams, Callback<DeleteResponse>), (override));
  MOCK_METHOD(void, AsyncTxn, (TxnParams, Callback<TxnResponse>), (override));
  MOCK_METHOD(void, AsyncCompact, (CompactParams, Callback<CompactResponse>), (override));

  MOCK_METHOD(void, AsyncLeaseGrant, (LeaseGrantParams, Callback<LeaseGrantResponse>), (override));
  MOCK_METHOD(void, AsyncLeaseRevoke, (LeaseRevokeParams, Callback<LeaseRevokeResponse>),
              (override));
  MOCK_METHOD(void, AsyncLeaseKeepAlive, (LeaseKeepAliveParams, Callback<LeaseKeepAliveResponse>),
              (override));
  MOCK_METHOD(void, AsyncTimeToLive, (TimeToLiveParams, Callback<TimeToLiveResponse>), (override));
  MOCK_METHOD(void, AsyncLeases, (LeasesParams, Callback<LeasesResponse>), (override));

  MOCK_METHOD(std::unique_ptr<RangeStream>, StreamRange, (RangeParams), (override));
  MOCK_METHOD(Result<RawResponse>, CallRaw, (RawParams), (override));
  MOCK_METHOD(void, AsyncCallRaw, (RawParams, Callback<RawResponse>), (override));

  MOCK_METHOD(std::unique_ptr<WatchStream>, Watch, (WatchParams), (override));
  MOCK_METHOD(std::unique_ptr<LeaseRenewal>, KeepAlive, (KeepAliveParams), (override));

  MOCK_METHOD(void, Shutdown, (), (override));
  MOCK_METHOD(void, RunAfter, (std::chrono::milliseconds, std::function<void()>), (override));

  AuthService& auth() override;
  ClusterService& cluster() override;
  MaintenanceService& maintenance() override;
  EndpointService& endpoints() override;

 private:
  struct Services;
  const std::unique_ptr<Services> services_;

 public:
  testing::NiceMock<MockAuthService>& auth_service;
  testing::NiceMock<MockClusterService>& cluster_service;
  testing::NiceMock<MockMaintenanceService>& maintenance_service;
  testing::NiceMock<MockEndpointService>& endpoint_service;
};

/// What a mocked watch stands on. AsyncNext makes a NextFor, unless expected otherwise.
class MockWatchStream : public WatchStream {
 public:
  MockWatchStream();
  ~MockWatchStream() override;

  MOCK_METHOD(Result<WatchResponse>, Next, (), (override));
  MOCK_METHOD(Result<WatchResponse>, NextFor, (std::chrono::milliseconds), (override));
  MOCK_METHOD(void, AsyncNext,
              (std::chrono::milliseconds, std::function<void(Result<WatchResponse>)>), (override));
  MOCK_METHOD(void, RequestProgress, (), (override));
  MOCK_METHOD(void, Cancel, (), (override));
  MOCK_METHOD(int64_t, compact_revision, (), (const, override));
};

/// What a mocked StreamRange returns.
class MockRangeStream : public RangeStream {
 public:
  MockRangeStream();
  ~MockRangeStream() override;

  MOCK_METHOD(Result<std::optional<RangeResponse>>, Next, (), (override));
  MOCK_METHOD(void, Cancel, (), (override));
};

/// What a mocked lease keeper stands on.
class MockLeaseRenewal : public LeaseRenewal {
 public:
  MockLeaseRenewal();
  ~MockLeaseRenewal() override;

  MOCK_METHOD(LeaseId, id, (), (const, override));
  MOCK_METHOD(LeaseLoss, loss, (), (const, override));
  MOCK_METHOD(LeaseLoss, WaitLostFor, (std::chrono::milliseconds), (override));
  MOCK_METHOD(void, OnLost, (std::function<void(LeaseLoss)>), (override));
  MOCK_METHOD(std::chrono::steady_clock::time_point, SafeUntil, (), (const, override));
  MOCK_METHOD(Status, last_error, (), (const, override));
  MOCK_METHOD(void, Stop, (), (override));
};

}  // namespace etcdpp::mocks

// Instantiated once, in the library: mocks of this size take a compiler long.
extern template class testing::NiceMock<etcdpp::mocks::MockConnection>;
extern template class testing::StrictMock<etcdpp::mocks::MockConnection>;
extern template class testing::NiceMock<etcdpp::mocks::MockWatchStream>;
extern template class testing::NiceMock<etcdpp::mocks::MockLeaseRenewal>;
