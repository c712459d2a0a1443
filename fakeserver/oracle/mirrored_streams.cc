#include "fakeserver/oracle/mirrored_streams.h"

#include <condition_variable>
#include <utility>

#include "etcdpp_proto/lease.pb.h"
#include "etcdpp_proto/watch.pb.h"

namespace fakeetcd {
namespace {

namespace pb = etcdpp_proto::etcdserverpb;

constexpr std::chrono::seconds kStreamPatience{5};

/// The end of something that another thread does, told once or more often.
class Ending {
 public:
  void Tell() {
    const MutexLock lock(mu_);
    told_ = true;
    changed_.notify_all();
  }
  void Await() {
    MutexLock lock(mu_);
    while (!told_) changed_.wait(lock.native());
  }
  bool Within(std::chrono::milliseconds patience) {
    const auto deadline = std::chrono::steady_clock::now() + patience;
    MutexLock lock(mu_);
    while (!told_ && changed_.wait_until(lock.native(), deadline) != std::cv_status::timeout) {
    }
    return told_;
  }

 private:
  Mutex mu_;
  std::condition_variable changed_;
  bool told_ ABSL_GUARDED_BY(mu_) = false;
};

void CompareEnds(Oracle& oracle, const AskedCall& asked, const grpc::Status& fake,
                 const grpc::Status& other) {
  oracle.Compare(asked, {fake.ok() ? grpc::Status::CANCELLED : fake, ""},
                 {other.ok() ? grpc::Status::CANCELLED : other, ""});
}

/// One client's watches.
class MirroredWatch {
 public:
  MirroredWatch(StreamParts parts, std::shared_ptr<IncomingCall> call)
      : parts_(parts),
        call_(std::move(call)),
        fake_(parts.fake, call_->method(), call_->metadata()),
        oracle_(parts.oracle.channel(), call_->method(),
                parts.oracle.Translated(call_->metadata())),
        news_(std::make_shared<WatchNews>(
            [this](int64_t id, const std::string& fake, const std::string& oracle) {
              parts_.oracle.Report({.method = call_->method(),
                                    .request = "watch " + std::to_string(id),
                                    .fake = fake,
                                    .oracle = oracle});
            })) {}

  void Serve() {
    parts_.oracle.AddWatches(news_);
    parts_.workers.Run([this] { Read(WatchNews::Teller::kFake, fake_, fake_ended_); });
    parts_.workers.Run([this] { Read(WatchNews::Teller::kOracle, oracle_, oracle_ended_); });
    while (const auto message = call_->Receive()) Forward(*message);
    // That the client sends no more ends nothing, and may be all that is known yet of its
    // cancelling.
    fake_.SendNoMore();
    oracle_.SendNoMore();
    call_->OnCancelled([this] { over_.Tell(); });
    over_.Await();
    call_->OnCancelled(nullptr);
    EndBoth();
    parts_.oracle.RemoveWatches(news_);
  }

 private:
  void Read(WatchNews::Teller teller, OutgoingStream& stream, Ending& ending) {
    grpc::ByteBuffer message;
    while (stream.Receive(&message)) {
      if (teller == WatchNews::Teller::kFake) call_->Send(message);
      pb::WatchResponse response;
      if (response.ParseFromString(BytesOf(message))) news_->Add(teller, response);
    }
    news_->End(teller);
    if (teller == WatchNews::Teller::kFake) {
      fake_end_ = stream.End();
      call_->End(fake_end_);
      over_.Tell();
    } else {
      oracle_end_ = stream.End();
    }
    ending.Tell();
  }

  // What comes of it comes before anything else is done.
  void Forward(const grpc::ByteBuffer& message) {
    const MutexLock order(parts_.oracle.order());
    parts_.oracle.CountComparison();
    pb::WatchRequest request;
    const bool parsed = request.ParseFromString(BytesOf(message));
    const int64_t cancelled =
        parsed && request.has_cancel_request() ? request.cancel_request().watch_id() : kNobody;
    const bool was_open = cancelled != kNobody && news_->IsOpen(cancelled);
    if (cancelled != kNobody) news_->AwaitEven(kStreamPatience);
    const size_t answers = news_->answers(WatchNews::Teller::kFake) + 1;
    fake_.Send(message);
    oracle_.Send(message);
    if (parsed && request.has_create_request()) news_->AwaitAnswers(answers, kStreamPatience);
    if (was_open) news_->AwaitEndOf(cancelled, kStreamPatience);
  }

  // Of what was done while it watched, both are told before the streams end.
  void EndBoth() {
    const bool fake_ended = fake_ended_.Within({});
    {
      const MutexLock order(parts_.oracle.order());
      if (fake_ended) oracle_ended_.Within(kStreamPatience);
      news_->AwaitEven(kStreamPatience);
      news_->Close();
    }
    const bool both_ended = fake_ended && oracle_ended_.Within({});
    fake_.Cancel();
    oracle_.Cancel();
    fake_ended_.Await();
    oracle_ended_.Await();
    if (both_ended && !call_->cancelled()) {
      CompareEnds(parts_.oracle, {call_->method(), "", {}}, fake_end_, oracle_end_);
    }
  }

  static constexpr int64_t kNobody = -2;

  const StreamParts parts_;
  const std::shared_ptr<IncomingCall> call_;
  OutgoingStream fake_;
  OutgoingStream oracle_;
  const std::shared_ptr<WatchNews> news_;
  Ending over_;  // by the client, or by the fake
  Ending fake_ended_;
  Ending oracle_ended_;
  grpc::Status fake_end_;    // once fake_ended_
  grpc::Status oracle_end_;  // once oracle_ended_
};

}  // namespace

void MirrorWatch(StreamParts parts, const std::shared_ptr<IncomingCall>& call) {
  MirroredWatch(parts, call).Serve();
}

void MirrorKeepAlive(StreamParts parts, const std::shared_ptr<IncomingCall>& call) {
  OutgoingStream fake(parts.fake, call->method(), call->metadata());
  OutgoingStream oracle(parts.oracle.channel(), call->method(),
                        parts.oracle.Translated(call->metadata()));
  call->OnCancelled([&] {
    fake.Cancel();
    oracle.Cancel();
  });
  AskedCall asked{call->method(), "", call->metadata()};
  bool goes_on = true;
  while (goes_on) {
    const auto message = call->Receive();
    if (!message) break;
    asked.bytes = BytesOf(*message);
    const MutexLock order(parts.oracle.order());
    fake.Send(*message);
    oracle.Send(*message);
    grpc::ByteBuffer answer;
    grpc::ByteBuffer other;
    goes_on = fake.Receive(&answer);
    const bool oracle_goes_on = oracle.Receive(&other);
    if (!goes_on || call->cancelled()) break;
    call->Send(answer);
    const grpc::Status ended(grpc::StatusCode::UNKNOWN, "the stream ended");
    parts.oracle.Compare(asked, {grpc::Status::OK, BytesOf(answer)},
                         {oracle_goes_on ? grpc::Status::OK : ended, BytesOf(other)});
  }
  fake.SendNoMore();
  oracle.SendNoMore();
  grpc::ByteBuffer rest;
  while (fake.Receive(&rest)) {
  }
  while (oracle.Receive(&rest)) {
  }
  call->OnCancelled(nullptr);
  const grpc::Status end = fake.End();
  const grpc::Status other_end = oracle.End();
  if (!goes_on && !call->cancelled()) CompareEnds(parts.oracle, asked, end, other_end);
  call->End(end);
}

void PassOn(StreamParts parts, const std::shared_ptr<IncomingCall>& call) {
  OutgoingStream fake(parts.fake, call->method(), call->metadata());
  call->OnCancelled([&] { fake.Cancel(); });
  Ending sent;
  parts.workers.Run([&] {
    while (const auto message = call->Receive()) fake.Send(*message);
    fake.SendNoMore();
    sent.Tell();
  });
  grpc::ByteBuffer message;
  while (fake.Receive(&message)) call->Send(message);
  call->OnCancelled(nullptr);
  call->End(fake.End());
  // Ended, the call has nothing more to receive.
  sent.Await();
}

}  // namespace fakeetcd
