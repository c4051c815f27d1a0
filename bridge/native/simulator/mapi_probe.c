/* A Node-API module that calls HrOpenOfflineObj of a library in Node's process. For tests only.
 * open(path) -> { result: the HRESULT as an unsigned number, object: whether an object was returned } */
#include <dlfcn.h>
#include <node_api.h>
#include <stddef.h>
#include <stdint.h>

typedef int32_t (*OpenFn)(uint32_t reserved, const uint16_t* profile, const void* guid, const void* reserved2,
                          void** manager);

static const uint8_t kGlobalState[16] = {0x93, 0xFD, 0xEF, 0xFB, 0x1F, 0xB1, 0x94, 0x40,
                                         0x84, 0x2B, 0x96, 0xDC, 0xD3, 0x1E, 0x63, 0xD1};
static const uint16_t kProfile[] = {'O', 'u', 't', 'l', 'o', 'o', 'k', 0};

static napi_value Open(napi_env env, napi_callback_info info) {
  napi_value argument, returned, result, object;
  size_t count = 1;
  char path[4096];
  napi_get_cb_info(env, info, &count, &argument, NULL, NULL);
  napi_get_value_string_utf8(env, argument, path, sizeof path, NULL);

  void* library = dlopen(path, RTLD_NOW);
  OpenFn open = NULL;
  if (library != NULL) *(void**)&open = dlsym(library, "HrOpenOfflineObj");
  if (open == NULL) {
    napi_throw_error(env, NULL, "no HrOpenOfflineObj");
    return NULL;
  }
  void* manager = &manager;
  const int32_t code = open(0, kProfile, kGlobalState, NULL, &manager);

  napi_create_object(env, &returned);
  napi_create_uint32(env, (uint32_t)code, &result);
  napi_get_boolean(env, manager != NULL, &object);
  napi_set_named_property(env, returned, "result", result);
  napi_set_named_property(env, returned, "object", object);
  return returned;
}

NAPI_MODULE_INIT() {
  napi_value open;
  napi_create_function(env, "open", NAPI_AUTO_LENGTH, Open, NULL, &open);
  napi_set_named_property(env, exports, "open", open);
  return exports;
}
