#include "etcdpp/decorator.h"

namespace etcdpp {

Result<RangeResponse> ConnectionDecorator::Range(RangeParams params) {
  return inner_->Range(std::move(params));
}

Result<PutResponse> ConnectionDecorator::Put(PutParams params) {
  return inner_->Put(std::move(params));
}

Result<DeleteResponse> ConnectionDecorator::Delete(DeleteParams params) {
  return inner_->Delete(std::move(params));
}

Result<TxnResponse> ConnectionDecorator::Txn(TxnParams params) {
  return inner_->Txn(std::move(params));
}

Result<CompactResponse> ConnectionDecorator::Compact(CompactParams params) {
  return inner_->Compact(std::move(params));
}

Result<LeaseGrantResponse> ConnectionDecorator::LeaseGrant(LeaseGrantParams params) {
  return inner_->LeaseGrant(std::move(params));
}

Result<LeaseRevokeResponse> ConnectionDecorator::LeaseRevoke(LeaseRevokeParams params) {
  return inner_->LeaseRevoke(std::move(params));
}

Result<LeaseKeepAliveResponse> ConnectionDecorator::LeaseKeepAlive(LeaseKeepAliveParams params) {
  return inner_->LeaseKeepAlive(std::move(params));
}

Result<TimeToLiveResponse> ConnectionDecorator::TimeToLive(TimeToLiveParams params) {
  return inner_->TimeToLive(std::move(params));
}

Result<LeasesResponse> ConnectionDecorator::Leases(LeasesParams params) {
  return inner_->Leases(std::move(params));
}

void ConnectionDecorator::AsyncRange(RangeParams params, Callback<RangeResponse> done) {
  inner_->AsyncRange(std::move(params), std::move(done));
}

void ConnectionDecorator::AsyncPut(PutParams params, Callback<PutResponse> done) {
  inner_->AsyncPut(std::move(params), std::move(done));
}

void ConnectionDecorator::AsyncDelete(DeleteParams params, Callback<DeleteResponse> done) {
  inner_->AsyncDelete(std::move(params), std::move(done));
}

void ConnectionDecorator::AsyncTxn(TxnParams params, Callback<TxnResponse> done) {
  inner_->AsyncTxn(std::move(params), std::move(done));
}

void ConnectionDecorator::AsyncCompact(CompactParams params, Callback<CompactResponse> done) {
  inner_->AsyncCompact(std::move(params), std::move(done));
}

void ConnectionDecorator::AsyncLeaseGrant(LeaseGrantParams params,
                                          Callback<LeaseGrantResponse> done) {
  inner_->AsyncLeaseGrant(std::move(params), std::move(done));
}

void ConnectionDecorator::AsyncLeaseRevoke(LeaseRevokeParams params,
                                           Callback<LeaseRevokeResponse> done) {
  inner_->AsyncLeaseRevoke(std::move(params), std::move(done));
}

void ConnectionDecorator::AsyncLeaseKeepAlive(LeaseKeepAliveParams params,
                                              Callback<LeaseKeepAliveResponse> done) {
  inner_->AsyncLeaseKeepAlive(std::move(params), std::move(done));
}

void ConnectionDecorator::AsyncTimeToLive(TimeToLiveParams params,
                                          Callback<TimeToLiveResponse> done) {
  inner_->AsyncTimeToLive(std::move(params), std::move(done));
}

void ConnectionDecorator::AsyncLeases(LeasesParams params, Callback<LeasesResponse> done) {
  inner_->AsyncLeases(std::move(params), std::move(done));
}

std::unique_ptr<RangeStream> ConnectionDecorator::StreamRange(RangeParams params) {
  return inner_->StreamRange(std::move(params));
}

Result<RawResponse> ConnectionDecorator::CallRaw(RawParams params) {
  return inner_->CallRaw(std::move(params));
}

void ConnectionDecorator::AsyncCallRaw(RawParams params, Callback<RawResponse> done) {
  inner_->AsyncCallRaw(std::move(params), std::move(done));
}

std::unique_ptr<WatchStream> ConnectionDecorator::Watch(WatchParams params) {
  return inner_->Watch(std::move(params));
}

std::unique_ptr<LeaseRenewal> ConnectionDecorator::KeepAlive(KeepAliveParams params) {
  return inner_->KeepAlive(std::move(params));
}

void ConnectionDecorator::Shutdown() { inner_->Shutdown(); }

void ConnectionDecorator::RunAfter(std::chrono::milliseconds delay, std::function<void()> task) {
  inner_->RunAfter(delay, std::move(task));
}

}  // namespace etcdpp
