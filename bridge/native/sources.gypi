{
  "variables": {
    "library_sources": [
      "bridge/native/agent/agent.cc",
      "bridge/native/mapi/status_tracker.cc",
      "bridge/native/agent/readings.cc",
      "bridge/native/agent/version.cc",
      "bridge/native/channel/frame.cc",
      "bridge/native/channel/server_session.cc",
      "bridge/native/channel/client_session.cc",
      "bridge/native/core/text.cc",
      "bridge/native/core/hresult_names.cc",
      "bridge/native/mapi/monitor.cc",
      "bridge/native/mapi/notify_sink.cc"
    ],
    "posix_sources": [
      "bridge/native/core/posix/timestamp.cc",
      "bridge/native/core/posix/wake_event.cc",
      "bridge/native/channel/posix/address.cc",
      "bridge/native/channel/posix/client.cc",
      "bridge/native/channel/posix/outlook_runs.cc",
      "bridge/native/channel/posix/peer.cc",
      "bridge/native/channel/posix/server.cc",
      "bridge/native/channel/posix/socket.cc",
      "bridge/native/mapi/posix/mapi_library.cc"
    ],
    "windows_sources": [
      "bridge/native/core/windows/timestamp.cc",
      "bridge/native/core/windows/stack_guard.cc",
      "bridge/native/core/windows/wake_event.cc",
      "bridge/native/channel/windows/address.cc",
      "bridge/native/channel/windows/client.cc",
      "bridge/native/core/windows/identity.cc",
      "bridge/native/channel/windows/ready_event.cc",
      "bridge/native/channel/windows/outlook_runs.cc",
      "bridge/native/channel/windows/peer.cc",
      "bridge/native/channel/windows/pipe_connection.cc",
      "bridge/native/channel/windows/security.cc",
      "bridge/native/channel/windows/server.cc",
      "bridge/native/core/windows/wide_text.cc",
      "bridge/native/mapi/windows/mapi_library.cc",
      "bridge/native/mapi/windows/outlook_mapi_paths.cc"
    ],
    "module_sources": [
      "bridge/native/module/module.cc",
      "bridge/native/module/peer_of_connection.cc",
      "bridge/native/peer/endpoint.cc",
      "bridge/native/module/to_js.cc",
      "bridge/native/module/subscription.cc"
    ],
    "module_posix_sources": [
      "bridge/native/peer/posix/socket_owner_linux.cc",
      "bridge/native/peer/posix/socket_owner_macos.cc",
      "bridge/native/module/posix/setup.cc"
    ],
    "module_windows_sources": [
      "bridge/native/module/windows/setup.cc",
      "bridge/native/setup/outlook_processes_windows.cc",
      "bridge/native/setup/trusted_roots_windows.cc",
      "bridge/native/peer/windows/socket_owner.cc"
    ],
    "launcher_windows_sources": [
      "bridge/native/launcher_windows.cc"
    ],
    "simulated_core_sources": [
      "bridge/native/simulator/command_line.cc",
      "bridge/native/simulator/mapi_client.cc",
      "bridge/native/simulator/simulated_outlook.cc"
    ],
    "simulated_posix_sources": [
      "bridge/native/simulator/posix/main.cc",
      "bridge/native/simulator/posix/main_loop.cc",
      "bridge/native/simulator/posix/outlook_lock.cc"
    ],
    "simulated_windows_sources": [
      "bridge/native/simulator/windows/add_in_registry.cc",
      "bridge/native/simulator/windows/application.cc",
      "bridge/native/simulator/windows/com_add_ins.cc",
      "bridge/native/simulator/windows/main.cc"
    ],
    "mapi_provider_sources": [
      "bridge/native/simulator/notify_thread.cc",
      "bridge/native/simulator/provider.cc",
      "bridge/native/simulator/simulated_mapi.cc"
    ],
    "mapi_provider_posix_sources": [
      "bridge/native/simulator/posix/provider_exports.cc"
    ],
    "mapi_provider_windows_sources": [
      "bridge/native/simulator/windows/provider_exports.cc"
    ],
    "testable_sources": [
      "bridge/native/peer/endpoint.cc",
      "bridge/native/simulator/command_line.cc",
      "bridge/native/simulator/mapi_client.cc",
      "bridge/native/simulator/notify_thread.cc",
      "bridge/native/simulator/provider.cc",
      "bridge/native/simulator/simulated_mapi.cc",
      "bridge/native/simulator/simulated_outlook.cc"
    ],
    "testable_posix_sources": [
      "bridge/native/peer/posix/socket_owner_linux.cc",
      "bridge/native/peer/posix/socket_owner_macos.cc",
      "bridge/native/simulator/posix/main_loop.cc",
      "bridge/native/simulator/posix/outlook_lock.cc",
      "bridge/native/simulator/posix/provider_exports.cc"
    ],
    "testable_windows_sources": [
      "bridge/native/agent/windows/add_in.cc",
      "bridge/native/agent/windows/message_loop.cc",
      "bridge/native/agent/windows/object_model.cc",
      "bridge/native/agent/windows/registration.cc",
      "bridge/native/peer/windows/socket_owner.cc",
      "bridge/native/simulator/windows/application.cc"
    ],
    "agent_windows_sources": [
      "bridge/native/agent/windows/add_in.cc",
      "bridge/native/agent/windows/dll.cc",
      "bridge/native/agent/windows/message_loop.cc",
      "bridge/native/agent/windows/object_model.cc",
      "bridge/native/agent/windows/registration.cc"
    ],
    "warning_flags": ["-Wall", "-Wextra", "-Wconversion", "-Wsign-conversion", "-Wshadow", "-Werror=switch"]
  }
}
