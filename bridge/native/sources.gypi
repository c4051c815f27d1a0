{
  "variables": {
    "core_sources": [
      "bridge/native/agent/agent.cc",
      "bridge/native/agent/mailbox.cc",
      "bridge/native/agent/readings.cc",
      "bridge/native/agent/version.cc",
      "bridge/native/channel/decoder.cc",
      "bridge/native/channel/encoder.cc",
      "bridge/native/channel/home_hash.cc",
      "bridge/native/channel/outbox.cc",
      "bridge/native/channel/publisher.cc",
      "bridge/native/channel/session.cc",
      "bridge/native/channel/text.cc",
      "bridge/native/mapi/hresult_names.cc",
      "bridge/native/mapi/monitor.cc",
      "bridge/native/mapi/notify_sink.cc"
    ],
    "posix_sources": [
      "bridge/native/agent/moment_posix.cc",
      "bridge/native/agent/waker_posix.cc",
      "bridge/native/channel/address_posix.cc",
      "bridge/native/channel/client_posix.cc",
      "bridge/native/channel/outlook_runs_posix.cc",
      "bridge/native/channel/peer_posix.cc",
      "bridge/native/channel/server_posix.cc",
      "bridge/native/channel/socket_posix.cc",
      "bridge/native/mapi/mapi_library_posix.cc"
    ],
    "windows_sources": [
      "bridge/native/agent/moment_windows.cc",
      "bridge/native/agent/stack_guard_windows.cc",
      "bridge/native/agent/waker_windows.cc",
      "bridge/native/channel/address_windows.cc",
      "bridge/native/channel/client_windows.cc",
      "bridge/native/channel/identity_windows.cc",
      "bridge/native/channel/meeting_windows.cc",
      "bridge/native/channel/outlook_runs_windows.cc",
      "bridge/native/channel/peer_windows.cc",
      "bridge/native/channel/pipe_connection_windows.cc",
      "bridge/native/channel/security_windows.cc",
      "bridge/native/channel/server_windows.cc",
      "bridge/native/channel/text_windows.cc",
      "bridge/native/mapi/mapi_library_windows.cc",
      "bridge/native/mapi/outlook_mapi_paths_windows.cc"
    ],
    "module_sources": [
      "bridge/native/module/inbox.cc",
      "bridge/native/module/module.cc",
      "bridge/native/module/peer_of_connection.cc",
      "bridge/native/module/report_to_js.cc",
      "bridge/native/module/subscribe.cc",
      "bridge/native/module/subscription.cc"
    ],
    "module_posix_sources": [
      "bridge/native/peer/owner_linux_posix.cc",
      "bridge/native/peer/owner_macos_posix.cc",
      "bridge/native/peer/owner_posix.cc",
      "bridge/native/peer/proc_net_posix.cc",
      "bridge/native/peer/sock_diag_posix.cc",
      "bridge/native/module/setup_posix.cc"
    ],
    "module_windows_sources": [
      "bridge/native/module/setup_windows.cc",
      "bridge/native/setup/outlooks_windows.cc",
      "bridge/native/setup/trusted_roots_windows.cc",
      "bridge/native/peer/owner_windows.cc"
    ],
    "launcher_windows_sources": [
      "bridge/native/launcher/launcher_windows.cc"
    ],
    "simulated_core_sources": [
      "bridge/native/simulated/agent_add_in.cc",
      "bridge/native/simulated/capability_names.cc",
      "bridge/native/simulated/offline_object.cc",
      "bridge/native/simulated/outlook_command.cc",
      "bridge/native/simulated/outlook_options.cc",
      "bridge/native/simulated/simulated_outlook.cc",
      "bridge/native/simulated/simulated_session.cc"
    ],
    "simulated_posix_sources": [
      "bridge/native/simulated/main_loop_posix.cc",
      "bridge/native/simulated/outlook_lock_posix.cc",
      "bridge/native/simulated/outlook_main_posix.cc",
      "bridge/native/simulated/provider_library_posix.cc"
    ],
    "simulated_windows_sources": [
      "bridge/native/simulated/application_windows.cc",
      "bridge/native/simulated/com_add_ins_windows.cc",
      "bridge/native/simulated/line_reader_windows.cc",
      "bridge/native/simulated/loaded_add_in_windows.cc",
      "bridge/native/simulated/outlook_main_windows.cc",
      "bridge/native/simulated/provider_library_windows.cc",
      "bridge/native/simulated/registered_add_in_windows.cc",
      "bridge/native/simulated/registry_windows.cc",
      "bridge/native/simulated/resiliency_windows.cc"
    ],
    "mapi_provider_sources": [
      "bridge/native/simulated/capability_names.cc",
      "bridge/native/simulated/noise.cc",
      "bridge/native/simulated/notify_thread.cc",
      "bridge/native/simulated/offline_manager.cc",
      "bridge/native/simulated/provider_command.cc",
      "bridge/native/simulated/simulated_mapi.cc"
    ],
    "mapi_provider_posix_sources": [
      "bridge/native/simulated/outlook_process_posix.cc",
      "bridge/native/simulated/provider_posix.cc"
    ],
    "mapi_provider_windows_sources": [
      "bridge/native/simulated/outlook_process_windows.cc",
      "bridge/native/simulated/provider_windows.cc"
    ],
    "testable_sources": [
      "bridge/native/module/inbox.cc",
      "bridge/native/simulated/agent_add_in.cc",
      "bridge/native/simulated/capability_names.cc",
      "bridge/native/simulated/noise.cc",
      "bridge/native/simulated/notify_thread.cc",
      "bridge/native/simulated/offline_manager.cc",
      "bridge/native/simulated/offline_object.cc",
      "bridge/native/simulated/outlook_command.cc",
      "bridge/native/simulated/outlook_options.cc",
      "bridge/native/simulated/provider_command.cc",
      "bridge/native/simulated/simulated_mapi.cc",
      "bridge/native/simulated/simulated_outlook.cc",
      "bridge/native/simulated/simulated_session.cc"
    ],
    "testable_posix_sources": [
      "bridge/native/peer/owner_linux_posix.cc",
      "bridge/native/peer/owner_macos_posix.cc",
      "bridge/native/peer/owner_posix.cc",
      "bridge/native/peer/proc_net_posix.cc",
      "bridge/native/peer/sock_diag_posix.cc",
      "bridge/native/simulated/main_loop_posix.cc",
      "bridge/native/simulated/outlook_lock_posix.cc",
      "bridge/native/simulated/outlook_process_posix.cc",
      "bridge/native/simulated/provider_library_posix.cc"
    ],
    "testable_windows_sources": [
      "bridge/native/agent/com/activation_hook_windows.cc",
      "bridge/native/agent/com/add_in_windows.cc",
      "bridge/native/agent/com/agent_in_outlook_windows.cc",
      "bridge/native/agent/com/application_events_windows.cc",
      "bridge/native/agent/com/late_binding_windows.cc",
      "bridge/native/agent/com/later_windows.cc",
      "bridge/native/agent/com/message_window_windows.cc",
      "bridge/native/agent/com/registration_windows.cc",
      "bridge/native/peer/owner_windows.cc",
      "bridge/native/simulated/application_windows.cc"
    ],
    "agent_windows_sources": [
      "bridge/native/agent/com/activation_hook_windows.cc",
      "bridge/native/agent/com/add_in_windows.cc",
      "bridge/native/agent/com/agent_in_outlook_windows.cc",
      "bridge/native/agent/com/application_events_windows.cc",
      "bridge/native/agent/com/dll_windows.cc",
      "bridge/native/agent/com/late_binding_windows.cc",
      "bridge/native/agent/com/later_windows.cc",
      "bridge/native/agent/com/message_window_windows.cc",
      "bridge/native/agent/com/registration_windows.cc",
      "bridge/native/agent/com/terminate_windows.cc"
    ],
    "warning_flags": ["-Wall", "-Wextra", "-Wconversion", "-Wsign-conversion", "-Wshadow"]
  }
}
