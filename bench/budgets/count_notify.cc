// Calls Notify a number of times, for callgrind: count-notify <changes>. The reader runs on the same thread,
// because callgrind counts all threads alike.
#include <cstdlib>
#include <memory>

#include "core/wake_event.h"
#include "mapi/notify_sink.h"
#include "mapi/status_tracker.h"
#include "stub_mapi.h"

int main(int argc, char** argv) {
  using namespace offline_state;
  const int changes = argc == 2 ? std::atoi(argv[1]) : 0;
  const auto wake_event = WakeEvent::Create();
  const auto status = std::make_shared<LatestValue<Status>>([wake_event] { wake_event->Wake(); });
  const auto tracker = std::make_shared<StatusTracker>(status);
  Source source;
  source.phase = Phase::kListening;
  tracker->SetSource(source);
  const auto sink = NotifySink::Create(tracker);
  if (!sink) return EXIT_FAILURE;
  int taken = 0;
  for (int index = 0; index < changes; ++index) {
    const MAPIOFFLINE_NOTIFY info = bench::StubMapi::ChangeTo(index % 2 == 0);
    sink->Notify(&info);
    wake_event->Clear();
    if (status->Take()) ++taken;
  }
  return taken == changes ? EXIT_SUCCESS : EXIT_FAILURE;
}
