/* A MAPI provider that shares no code with the simulator, in C: the documented export and the documented vtable, laid
 * out by hand. It sends notifications on the caller's thread, is offline at first, and works in any process. For tests
 * only. */
#include <stddef.h>
#include <stdint.h>

typedef int32_t Result;
typedef struct Unknown Unknown;
typedef struct Manager Manager;

typedef struct {
  uint32_t data1;
  uint16_t data2, data3;
  uint8_t data4[8];
} Guid;

typedef struct {
  uint32_t size, type, client_token, mask, old_state, new_state;
} Notification;

typedef struct {
  uint32_t size, client_token, callback_type;
  Unknown* callback;
  uint32_t advise_types, state_mask;
} AdviseInfo;

/* The slots of IUnknown, and of IMAPIOfflineNotify after them. */
typedef struct {
  Result (*query_interface)(Unknown*, const Guid*, void**);
  uint32_t (*add_ref)(Unknown*);
  uint32_t (*release)(Unknown*);
  void (*notify)(Unknown*, const Notification*);
} NotifySlots;

struct Unknown {
  const NotifySlots* slots;
};

/* The slots of IMAPIOfflineMgr. */
typedef struct {
  Result (*query_interface)(Manager*, const Guid*, void**);
  uint32_t (*add_ref)(Manager*);
  uint32_t (*release)(Manager*);
  Result (*set_current_state)(Manager*, uint32_t flags, uint32_t mask, uint32_t state, void* reserved);
  Result (*get_capabilities)(Manager*, uint32_t*);
  Result (*get_current_state)(Manager*, uint32_t*);
  Result (*placeholder1)(Manager*);
  Result (*advise)(Manager*, uint32_t flags, AdviseInfo*, uint32_t* token);
  Result (*unadvise)(Manager*, uint32_t flags, uint32_t token);
  Result (*placeholders[7])(Manager*);
} ManagerSlots;

struct Manager {
  const ManagerSlots* slots;
};

static const Guid kNotify = {0x0317BDE5, 0xFC29, 0x44CD, {0x8D, 0xCD, 0x36, 0x12, 0x5A, 0x3B, 0xE9, 0xEC}};
static const Result kOk = 0;
static const Result kNotImplemented = (Result)0x80004001;
static const Result kInvalid = (Result)0x80070057;

static uint32_t g_state = 1;
static Unknown* g_client;
static uint32_t g_client_token;

static Result QueryInterface(Manager* self, const Guid* iid, void** object) {
  (void)self, (void)iid;
  *object = NULL;
  return kNotImplemented;
}

static uint32_t AddRef(Manager* self) { return self != NULL ? 2 : 0; }
static uint32_t Release(Manager* self) { return self != NULL ? 1 : 0; }

static Result SetCurrentState(Manager* self, uint32_t flags, uint32_t mask, uint32_t state, void* reserved) {
  (void)self;
  if (flags != 0 || mask != 3 || reserved != NULL) return kInvalid;
  Notification info = {sizeof info, 2, g_client_token, 3, g_state, state};
  g_state = state;
  if (g_client != NULL) g_client->slots->notify(g_client, &info);
  return kOk;
}

static Result GetCapabilities(Manager* self, uint32_t* capabilities) {
  (void)self;
  *capabilities = 3;
  return kOk;
}

static Result GetCurrentState(Manager* self, uint32_t* state) {
  (void)self;
  *state = g_state;
  return kOk;
}

static Result Placeholder(Manager* self) {
  (void)self;
  return kNotImplemented;
}

static Result Advise(Manager* self, uint32_t flags, AdviseInfo* info, uint32_t* token) {
  void* client = NULL;
  (void)self;
  if (flags != 0 || info->size != sizeof *info || info->advise_types != 1 || info->state_mask != 0x003F037F) {
    return kInvalid;
  }
  if (info->callback->slots->query_interface(info->callback, &kNotify, &client) < 0) return kInvalid;
  g_client = client;
  g_client_token = info->client_token;
  *token = 1;
  return kOk;
}

static Result Unadvise(Manager* self, uint32_t flags, uint32_t token) {
  (void)self;
  if (flags != 0 || token != 1 || g_client == NULL) return kInvalid;
  g_client->slots->release(g_client);
  g_client = NULL;
  return kOk;
}

static const ManagerSlots kSlots = {
    QueryInterface,  AddRef,
    Release,         SetCurrentState,
    GetCapabilities, GetCurrentState,
    Placeholder,     Advise,
    Unadvise,        {Placeholder, Placeholder, Placeholder, Placeholder, Placeholder, Placeholder, Placeholder},
};
static Manager g_manager = {&kSlots};

/* EXPORT is the name of the export. */
Result EXPORT(uint32_t reserved, const uint16_t* profile, const Guid* guid, const void* reserved2, Manager** manager) {
  if (reserved != 0 || profile == NULL || guid == NULL || reserved2 != NULL) return kInvalid;
  *manager = &g_manager;
  return kOk;
}
