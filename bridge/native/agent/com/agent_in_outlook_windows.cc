#include "agent/com/agent_in_outlook_windows.h"

#include <memory>
#include <utility>

#include "agent/agent.h"
#include "agent/com/activation_hook_windows.h"
#include "agent/com/boundary.h"
#include "agent/com/late_binding_windows.h"
#include "agent/com/message_window_windows.h"
#include "channel/address.h"

namespace offline_state {
namespace {

// Holds Application, and nothing that is reached from it longer than a call.
class OutlookObjectModel final : public ObjectModel {
 public:
  explicit OutlookObjectModel(IDispatch* application) noexcept : application_(ComPtr<IDispatch>::Share(application)) {}

  std::optional<std::uint32_t> ExchangeConnectionMode() noexcept override {
    return Asked([this] { return ExchangeConnectionModeOf(application_.get()); });
  }
  std::optional<std::uint32_t> OutboxItems() noexcept override {
    return Asked([this] { return OutboxItemsOf(application_.get()); });
  }

 private:
  template <class Question>
  static std::optional<std::uint32_t> Asked(Question question) noexcept {
    std::optional<std::uint32_t> answer;
    AtBoundary([&] {
      answer = question();
      return S_OK;
    });
    return answer;
  }

  const ComPtr<IDispatch> application_;
};

AgentOptions Ask(IDispatch* application) {
  AgentOptions options;
  options.home = HomeFromEnvironment();
  options.outlook = VersionOf(application);
  options.profile = ProfileOf(application);
  options.open = FindHrOpenOfflineObj({}, nullptr);
  options.main_thread = MessageWindow::Create();  // none: no readings; the state is notified all the same
  options.object_model = std::make_shared<OutlookObjectModel>(application);
  return options;
}

struct AgentInOutlook {
  Agent agent;
  ActivationHook activation;
};

}  // namespace

AddInActions AgentActions() {
  const auto mine = std::make_shared<AgentInOutlook>();
  AddInActions actions;
  actions.begin = [mine](IDispatch* application) {
    if (!mine->agent.Connect(Ask(application))) return;
    // The hook ends before the agent does.
    mine->activation.Begin([agent = &mine->agent] { agent->WindowActivated(); });
  };
  actions.end = [mine](Goodbye why) {
    mine->activation.End();
    mine->agent.Disconnect(why);
  };
  actions.item_sent = [mine] { mine->agent.RequestReading(); };
  return actions;
}

}  // namespace offline_state
