// Many clients at once, over gRPC and HTTP, some on connections that get cut and some that do not
// wait for an answer: one order of all changes explains what each of them was told, and watches
// tell that order.
#include "conformance/support/history.h"

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <google/protobuf/util/json_util.h>
#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>

#include "conformance/support/http.h"
#include "conformance/support/proxy.h"
#include "conformance/support/requests.h"
#include "conformance/support/scratch.h"
#include "conformance/target.h"
#include "etcdpp_proto/watch.grpc.pb.h"

namespace conformance {
namespace {

using Kind = HistoryCall::Kind;
using std::chrono::milliseconds;
using testing::ElementsAreArray;
using testing::IsEmpty;

constexpr int kCallsEach = 120;
constexpr int kCallsBetweenCuts = 90;
constexpr std::chrono::seconds kPatience{20};

/// How a client makes a call: what of /etcdserverpb.KV/, and within what time.
using Transport = std::function<bool(const std::string& method, const google::protobuf::Message&,
                                     google::protobuf::Message*, milliseconds)>;

Transport OverGrpc(const std::string& endpoint) {
  const auto wire = std::make_shared<Wire>(endpoint);
  return [wire](const std::string& method, const google::protobuf::Message& request,
                google::protobuf::Message* response, milliseconds timeout) {
    const auto reply = wire->CallRaw("/etcdserverpb.KV/" + method, request.SerializeAsString(),
                                     {.timeout = timeout});
    return reply.status.ok() && response->ParseFromString(reply.message);
  };
}

// On a connection a call, which lasts as long as the answer takes.
Transport OverHttp() {
  return [](const std::string& method, const google::protobuf::Message& request,
            google::protobuf::Message* response, milliseconds /*timeout*/) {
    const std::string path = method == "DeleteRange" ? "deleterange"
                             : method == "Txn"       ? "txn"
                             : method == "Put"       ? "put"
                                                     : "range";
    google::protobuf::util::JsonPrintOptions names;
    names.preserve_proto_field_names = true;
    std::string body;
    if (!google::protobuf::util::MessageToJsonString(request, &body, names).ok()) return false;
    const HttpAnswer answer = Post("kv/" + path, body);
    return answer.status == 200 &&
           google::protobuf::util::JsonStringToMessage(answer.body, response).ok();
  };
}

HistoryPair PairOf(const mvccpb::KeyValue& kv) {
  return {kv.value(), kv.create_revision(), kv.mod_revision(), kv.version()};
}

/// One client: calls in turn, each of a kind and with a value that follow from the seed.
class Client {
 public:
  Client(Transport transport, const Scratch& scratch, int number)
      : transport_(std::move(transport)),
        scratch_(scratch),
        name_("client" + std::to_string(number)),
        random_(static_cast<uint64_t>(number)) {}

  void Run(const std::function<void()>& after_each) {
    for (int i = 0; i < kCallsEach; ++i) {
      HistoryCall call{.kind = static_cast<Kind>(random_() % 4),
                       .key = scratch_(std::string(1, static_cast<char>('a' + random_() % 3)))};
      if (call.kind == Kind::kPut || call.kind == Kind::kSwap) {
        call.value = name_ + "/" + std::to_string(i);
      }
      const bool hasty = random_() % 16 == 0;
      timeout_ = hasty ? milliseconds(1) : milliseconds(kPatience);
      call.begin = std::chrono::steady_clock::now();
      Make(call);
      call.end = std::chrono::steady_clock::now();
      calls_.push_back(std::move(call));
      after_each();
    }
  }

  const std::vector<HistoryCall>& calls() const { return calls_; }

 private:
  void Make(HistoryCall& call) {
    switch (call.kind) {
      case Kind::kGet:
        return Get(call);
      case Kind::kPut:
        return Put(call);
      case Kind::kDelete:
        return Delete(call);
      case Kind::kSwap:
        return Swap(call);
    }
  }

  template <typename Response>
  bool Answered(HistoryCall& call, const char* method, const google::protobuf::Message& request,
                Response* response) {
    call.answered = transport_(method, request, response, timeout_);
    call.revision = response->header().revision();
    return call.answered;
  }

  void Get(HistoryCall& call) {
    pb::RangeResponse answer;
    if (!Answered(call, "Range", Range(call.key), &answer)) return;
    if (answer.kvs_size() > 0) call.pair = PairOf(answer.kvs(0));
    last_seen_ = call.pair ? call.pair->mod_revision : 0;
  }

  void Put(HistoryCall& call) {
    pb::PutResponse answer;
    if (!Answered(call, "Put", conformance::Put(call.key, call.value, {.prev_kv = true}),
                  &answer)) {
      return;
    }
    call.changed = true;
    if (answer.has_prev_kv()) call.pair = PairOf(answer.prev_kv());
  }

  void Delete(HistoryCall& call) {
    pb::DeleteRangeResponse answer;
    const auto request = conformance::Delete(call.key, {.prev_kv = true});
    if (!Answered(call, "DeleteRange", request, &answer)) return;
    call.changed = answer.deleted() > 0;
    if (call.changed) call.pair = PairOf(answer.prev_kvs(0));
  }

  void Swap(HistoryCall& call) {
    call.expected_mod = last_seen_;
    const auto request =
        Txn({If(call.key, kMod, kEqual, call.expected_mod)},
            {conformance::Put(call.key, call.value, {.prev_kv = true})}, {Range(call.key)});
    pb::TxnResponse answer;
    if (!Answered(call, "Txn", request, &answer)) return;
    call.changed = answer.succeeded();
    const pb::ResponseOp& op = answer.responses(0);
    if (call.changed && op.response_put().has_prev_kv()) {
      call.pair = PairOf(op.response_put().prev_kv());
    } else if (!call.changed && op.response_range().kvs_size() > 0) {
      call.pair = PairOf(op.response_range().kvs(0));
    }
    last_seen_ = call.pair ? call.pair->mod_revision : 0;
  }

  const Transport transport_;
  const Scratch& scratch_;
  const std::string name_;
  std::mt19937_64 random_;
  milliseconds timeout_{};
  int64_t last_seen_ = 0;
  std::vector<HistoryCall> calls_;
};

/// What watches of the corner tell from `start` to the key `last`, each resumed where it was cut.
std::vector<HistoryEvent> Follow(const std::string& endpoint, const Scratch& s, int64_t start,
                                 const std::string& last) {
  std::vector<HistoryEvent> told;
  const Wire wire(endpoint);
  const auto deadline = std::chrono::system_clock::now() + kPatience;
  while (std::chrono::system_clock::now() < deadline) {
    grpc::ClientContext context;
    context.set_deadline(deadline);
    context.set_wait_for_ready(true);
    const auto stream = pb::Watch::NewStub(wire.channel())->Watch(&context);
    pb::WatchRequest request;
    request.mutable_create_request()->set_key(s.prefix());
    request.mutable_create_request()->set_range_end(s.end());
    request.mutable_create_request()->set_start_revision(told.empty() ? start
                                                                      : told.back().revision + 1);
    stream->Write(request);
    for (pb::WatchResponse response; stream->Read(&response);) {
      for (const auto& event : response.events()) {
        if (event.kv().key() == last) {
          context.TryCancel();
          return told;
        }
        told.push_back({event.kv().mod_revision(), event.kv().key(), std::nullopt});
        if (event.type() == mvccpb::Event::PUT) told.back().value = event.kv().value();
      }
    }
  }
  ADD_FAILURE() << "a watch was not told of the end";
  return told;
}

TEST(History, OfManyClientsHasOneOrderThatWatchesTell) {
  Scratch s;
  const int64_t base = s.Put("first", "").header().revision();
  const std::string last = s("last");
  Proxy proxy(target().endpoint);
  std::vector<HistoryEvent> direct;
  std::vector<HistoryEvent> resumed;
  std::thread direct_watch([&] { direct = Follow(target().endpoint, s, base + 1, last); });
  std::thread resumed_watch([&] { resumed = Follow(proxy.endpoint(), s, base + 1, last); });

  std::vector<std::unique_ptr<Client>> clients;
  for (int i = 0; i < 3; ++i) {
    clients.push_back(std::make_unique<Client>(OverGrpc(target().endpoint), s, 3 * i));
    clients.push_back(std::make_unique<Client>(OverGrpc(proxy.endpoint()), s, 3 * i + 1));
    if (i < 2) clients.push_back(std::make_unique<Client>(OverHttp(), s, 3 * i + 2));
  }
  std::atomic<int> calls = 0;
  const auto cut_now_and_then = [&] {
    if (++calls % kCallsBetweenCuts != 0) return;
    proxy.Cut();
    proxy.Restore();
  };
  std::vector<std::thread> threads;
  for (const auto& client : clients) {
    threads.emplace_back([&client, &cut_now_and_then] { client->Run(cut_now_and_then); });
  }
  for (std::thread& thread : threads) thread.join();
  // Behind a call that was not waited for there may be a change yet to come; it comes before what a
  // read that begins now is told.
  s.Put("last", "");
  direct_watch.join();
  resumed_watch.join();

  std::vector<HistoryCall> all;
  int answered = 0;
  for (const auto& client : clients) {
    for (const HistoryCall& call : client->calls()) {
      answered += call.answered ? 1 : 0;
      all.push_back(call);
    }
  }
  EXPECT_GT(answered, static_cast<int>(all.size()) / 2);
  EXPECT_THAT(History(base, direct).Check(all), IsEmpty());
  EXPECT_THAT(resumed, ElementsAreArray(direct));
}

}  // namespace
}  // namespace conformance
