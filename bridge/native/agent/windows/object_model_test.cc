#include "agent/windows/object_model.h"

#include <doctest/doctest.h>

#include <memory>
#include <thread>

#include "simulator/windows/application.h"

namespace offline_state {
namespace {

TEST_CASE("reads properties by name, and treats a value of another type as missing") {
  const auto application = SimulatedApplication::Create(L"16.0.2",
                                                        L"Pr\x00F6"
                                                        L"fil");
  CHECK(VersionOf(application.get()) == "16.0.2");
  CHECK(ProfileOf(application.get()) == u"Pr\u00F6fil");
  CHECK(TextOf(application.get(), L"Session").empty());
  CHECK(TextOf(application.get(), L"Nothing").empty());
  CHECK_FALSE(ObjectOf(application.get(), L"Version"));
  CHECK(ProfileOf(nullptr).empty());
  CHECK_FALSE(ExchangeConnectionModeOf(nullptr));
  CHECK_FALSE(OutboxItemsOf(nullptr));
  CHECK_FALSE(NumberOf(application.get(), L"Version"));
}

TEST_CASE("reads the connection mode and the Outbox, and keeps no reference") {
  const auto session = std::make_shared<SimulatedSession>();
  const auto application = SimulatedApplication::Create(L"16.0", L"P", session);
  const unsigned long held = application->held_references();
  CHECK(ExchangeConnectionModeOf(application.get()) == 700U);
  CHECK(OutboxItemsOf(application.get()) == 0U);
  session->outbox_items = 12;
  session->SetMode(kCachedDisconnected);
  CHECK(ExchangeConnectionModeOf(application.get()) == 400U);
  CHECK(OutboxItemsOf(application.get()) == 12U);
  CHECK(application->held_references() == held);
  CHECK(application->held_objects() == 0);
  std::thread other([&] {  // Outlook's objects work on their own thread only
    CHECK_FALSE(ExchangeConnectionModeOf(application.get()));
    CHECK_FALSE(OutboxItemsOf(application.get()));
  });
  other.join();
}

}  // namespace
}  // namespace offline_state
