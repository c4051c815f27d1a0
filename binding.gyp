# What node-gyp builds: the Node-API module, and (where there is no Outlook) the simulated Outlook with its MAPI provider.
# The lists of sources are in bridge/native/sources.gypi, which tools/native/ reads too.
{
  "includes": ["bridge/native/sources.gypi"],
  "variables": {
    "version": "<!(node -p \"require('./package.json').version\")",
    # Relative: gyp copies flags unquoted into Makefiles, and a clone's path may hold blanks, quotes and "&".
    "node_addon_api": "node_modules/node-addon-api",
    # Outlook loads other C++ code with other run-time libraries: ours must not depend on them.
    "hardening_cflags": ["-fstack-protector-strong", "-fvisibility=hidden", "-ffunction-sections", "-fdata-sections"],
    "hardening_ldflags": ["-Wl,-z,relro", "-Wl,-z,now", "-Wl,-z,noexecstack", "-Wl,--gc-sections"],
  },
  "target_defaults": {
    "include_dirs": ["bridge/native"],
    "defines": ["NAPI_VERSION=8", "OFFLINE_STATE_VERSION=\"<(version)\""],
    "cflags": ["<@(warning_flags)", "<@(hardening_cflags)", "-fPIC"],
    "cflags_cc!": ["-fno-exceptions", "-std=gnu++17", "-std=gnu++20"],
    "cflags_cc": ["-std=c++17", "-fexceptions", "-fvisibility-inlines-hidden"],
    "conditions": [
      ["OS=='linux'", {
        "ldflags": ["<@(hardening_ldflags)"],
      }],
      ["OS=='mac'", {
        "xcode_settings": {
          "GCC_ENABLE_CPP_EXCEPTIONS": "YES",
          "CLANG_CXX_LANGUAGE_STANDARD": "c++17",
          "GCC_SYMBOLS_PRIVATE_EXTERN": "YES",
          "MACOSX_DEPLOYMENT_TARGET": "11.0",
          "WARNING_CFLAGS": ["<@(warning_flags)"],
        },
      }],
      ["OS=='win'", {
        "defines": ["UNICODE", "_UNICODE", "WIN32_LEAN_AND_MEAN", "NOMINMAX", "_WIN32_WINNT=0x0A00"],
        "msvs_settings": {
          "VCCLCompilerTool": {
            "ExceptionHandling": 1,
            "AdditionalOptions": ["/std:c++17", "/Zc:__cplusplus", "/W4", "/we4062", "/permissive-", "/guard:cf", "/sdl", "/Qspectre", "/utf-8", "/ZH:SHA_256"],
          },
          "VCLinkerTool": {
            "AdditionalOptions": ["/guard:cf", "/DYNAMICBASE", "/NXCOMPAT"],
          },
        },
      }],
    ],
    "configurations": {
      "Release": {
        "conditions": [
          ["OS!='win'", {
            "defines": ["_FORTIFY_SOURCE=2"],
          }],
        ],
      },
    },
  },
  "targets": [
    {
      "target_name": "offline_state_core",
      "type": "static_library",
      "sources": ["<@(library_sources)"],
      "conditions": [
        ["OS=='win'", { "sources": ["<@(windows_sources)"] }, { "sources": ["<@(posix_sources)"] }],
      ],
    },
    {
      "target_name": "offline_state",
      "dependencies": ["offline_state_core"],
      "sources": ["<@(module_sources)"],
      "defines": ["NODE_ADDON_API_CPP_EXCEPTIONS_ALL", "NODE_API_SWALLOW_UNTHROWABLE_EXCEPTIONS"],
      "conditions": [
        ["OS=='win'", {
          "sources": ["<@(module_windows_sources)"],
          "include_dirs": ["<(node_addon_api)"],
          "libraries": ["crypt32.lib", "iphlpapi.lib", "version.lib", "ws2_32.lib"],
        }, {
          "sources": ["<@(module_posix_sources)"],
          # As a system directory: its headers are not held to our warnings. Flags are relative to build/, where make runs.
          "cflags_cc": ["-isystem", "../<(node_addon_api)"],
          "xcode_settings": { "OTHER_CPLUSPLUSFLAGS": ["-isystem", "../<(node_addon_api)"] },
        }],
      ],
    },
  ],
  "conditions": [
    ["OS!='win' and '<(simulated_core_sources)'!=''", {
      "targets": [
        {
          "target_name": "simulated_outlook",
          "type": "executable",
          "product_name": "simulated-outlook",
          # Not the provider: it is loaded when it runs, as Outlook loads MAPI.
          "dependencies": ["offline_state_core"],
          "sources": ["<@(simulated_core_sources)", "<@(simulated_posix_sources)"],
          "cflags": ["-fPIE"],
          "conditions": [
            ["OS=='linux'", { "ldflags": ["-pie", "-pthread"], "libraries": ["-ldl"] }],
          ],
        },
        {
          "target_name": "simulated_mapi",
          "type": "shared_library",
          "product_name": "simulated-mapi",
          "product_prefix": "lib",
          "product_dir": "<(PRODUCT_DIR)",
          "sources": ["<@(mapi_provider_sources)", "<@(mapi_provider_posix_sources)"],
          "conditions": [
            ["OS=='linux'", { "ldflags": ["-pthread"] }],
          ],
        },
      ],
    }],
  ],
}
