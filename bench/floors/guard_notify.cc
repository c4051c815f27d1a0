// Notify a number of times, on one thread, as callgrind is to count it: guard-notify <changes>. What reads the mailbox
// is called by the same thread, because callgrind counts all threads alike.
#include <array>
#include <cstdlib>
#include <memory>

#include "agent/mailbox.h"
#include "mapi/notify_sink.h"
#include "one_mapi.h"

int main(int argc, char** argv) {
  using namespace offline_state;
  const int changes = argc == 2 ? std::atoi(argv[1]) : 0;
  const auto waker = Waker::Create();
  const auto mailbox = std::make_shared<Mailbox>(waker);
  Source source;
  source.phase = Phase::kListening;
  mailbox->SetSource(source);
  const auto sink = NotifySink::Create(mailbox);
  if (!sink) return EXIT_FAILURE;
  std::array<Present, Mailbox::kRing> taken;
  std::size_t seen = 0;
  for (int index = 0; index < changes; ++index) {
    const MAPIOFFLINE_NOTIFY info = bench::OneMapi::ChangeTo(index % 2 == 0);
    sink->Notify(&info);
    waker->Clear();
    seen += mailbox->Take(taken);
  }
  return seen >= static_cast<std::size_t>(changes) ? EXIT_SUCCESS : EXIT_FAILURE;
}
