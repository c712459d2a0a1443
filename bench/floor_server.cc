// grpc-floor: the calls of fake-etcd with nothing behind them. The services are of the same kind,
// undecoded callback methods, and answer with bytes prepared at the start, as many as etcd's
// answers have. What a server on this gRPC can do at most.

#include <csignal>
#include <cstdio>
#include <string>

#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>

#include "absl/synchronization/mutex.h"

#include "etcdpp_proto/kv.grpc.pb.h"

namespace {

namespace pb = etcdpp_proto::etcdserverpb;

grpc::ByteBuffer Bytes(const google::protobuf::MessageLite& message) {
  const grpc::Slice slice(message.SerializeAsString());
  return {&slice, 1};
}

void FillHeader(pb::ResponseHeader& header) {
  header.set_cluster_id(14841639068965178418u);
  header.set_member_id(10276657743932975437u);
  header.set_revision(100'000);
  header.set_raft_term(2);
}

pb::RangeResponse Pairs(int pairs) {
  pb::RangeResponse response;
  FillHeader(*response.mutable_header());
  for (int i = 0; i < pairs; ++i) {
    auto& kv = *response.add_kvs();
    kv.set_key("bench/range/00000000");
    kv.set_value(std::string(100, 'v'));
    kv.set_create_revision(50'000);
    kv.set_mod_revision(50'000);
    kv.set_version(1);
  }
  response.set_count(pairs);
  return response;
}

using Methods = pb::KV::WithRawCallbackMethod_Range<
    pb::KV::WithRawCallbackMethod_Put<pb::KV::WithRawCallbackMethod_Txn<
        pb::KV::WithGenericMethod_DeleteRange<pb::KV::WithGenericMethod_Compact<
            pb::KV::WithGenericMethod_RangeStream<pb::KV::Service>>>>>>;

class Floor final : public Methods {
 public:
  Floor() {
    pb::PutResponse put;
    FillHeader(*put.mutable_header());
    put_ = Bytes(put);
    pb::TxnResponse txn;
    FillHeader(*txn.mutable_header());
    txn.set_succeeded(true);
    txn.add_responses()->mutable_response_put()->mutable_header()->set_revision(100'000);
    txn_ = Bytes(txn);
    get_ = Bytes(Pairs(1));
    range_ = Bytes(Pairs(1000));
  }

  grpc::ServerUnaryReactor* Range(grpc::CallbackServerContext* context,
                                  const grpc::ByteBuffer* request,
                                  grpc::ByteBuffer* response) override {
    // A range has an end, and so a longer request than a get.
    return Answer(context, request->Length() > 30 ? range_ : get_, response);
  }
  grpc::ServerUnaryReactor* Put(grpc::CallbackServerContext* context,
                                const grpc::ByteBuffer* /*request*/,
                                grpc::ByteBuffer* response) override {
    return Answer(context, put_, response);
  }
  grpc::ServerUnaryReactor* Txn(grpc::CallbackServerContext* context,
                                const grpc::ByteBuffer* /*request*/,
                                grpc::ByteBuffer* response) override {
    return Answer(context, txn_, response);
  }

 private:
  static grpc::ServerUnaryReactor* Answer(grpc::CallbackServerContext* context,
                                          const grpc::ByteBuffer& bytes,
                                          grpc::ByteBuffer* response) {
    *response = bytes;
    grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
    reactor->Finish(grpc::Status::OK);
    return reactor;
  }

  grpc::ByteBuffer put_;
  grpc::ByteBuffer get_;
  grpc::ByteBuffer txn_;
  grpc::ByteBuffer range_;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc > 1) {
    std::fprintf(stderr, "%s: takes no arguments; serves until SIGTERM\n", argv[0]);
    return 2;
  }
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);  // as fake-etcd does
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  Floor floor;
  grpc::CallbackGenericService rest;
  grpc::ServerBuilder builder;
  int port = 0;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
  builder.RegisterService(&floor);
  builder.RegisterCallbackGenericService(&rest);
  const auto server = builder.BuildAndStart();
  if (server == nullptr) return 1;
  std::printf("grpc-floor ready: http://127.0.0.1:%d\n", port);
  std::fflush(stdout);
  int signal = 0;
  sigwait(&signals, &signal);
  server->Shutdown(std::chrono::system_clock::now());
  return 0;
}
