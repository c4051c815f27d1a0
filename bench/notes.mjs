// Notes of docs/performance.md, by case: what limits a result, or what a number includes. Each text is a paragraph.

/** @type {Record<number, string[]>} */
export const NOTES = {
  1: [
    "Notify() stores the status and wakes the agent's thread with one system call, a write to an eventfd. That call is nearly all of its time, as the comparison with a bare eventfd shows. The budget for the rest is checked in instructions (see below).",
  ],
  2: [
    "Beyond the hops, the product wakes one more thread (Outlook's thread must not do I/O), creates and validates a JavaScript object, and serialises the message. The log line and the history row are written 20 ms after the message was sent, when the receiver has had its turn.",
    "With a ws client connected as well, three programs compete for two cores, so that line has no target.",
  ],
  3: [
    "Wine passes each event and each pipe operation through a server process, so these times are longer than on Windows.",
  ],
  4: [
    "The alternatives' pages show one word. The pane also validates the message and changes colours and symbol, which takes 0.2 ms more; so p50 is level with them, not ahead.",
    "A page is drawn at most every 16.7 ms, which is most of the time until a frame shows the state, on all sides. p99 is decided by one or two slow changes in each round; the pane also draws a timeline, times and a title for each change, and therefore collects garbage more often than an empty page.",
  ],
  5: [
    "With few panes, the work that is done once per change is not shared: the report is validated, compared and serialised, while the bare server sends bytes that are ready. The difference is far below what a person can see.",
  ],
  6: [
    "The agent does not wake at all. The bridge extends the current history span every 20 s, so that a crash loses at most 20 s; that write is most of the difference in processor time. Node checks the timeouts of connections every 5 s, which wakes the bridge too.",
  ],
  7: [
    "What remains above the bare server is mainly libsql, the SQLite binding, and the pages of Node.js that only the product uses. Private memory is what no other process maps: while other Node.js processes run, it is 2 to 3 MB lower on both sides.",
  ],
  8: [
    "Starting includes reading and verifying the certificates, looking for a running bridge, checking the history file, and starting the simulator. On the page, both sides wait for the browser until the connection is open; the product's page also starts a service worker, which shows the pane when the bridge is not running.",
  ],
  9: [
    "V8 enlarges its young generation under load, so memory is compared between the first and the second half of the bursts.",
  ],
  10: ["Each row is validated when it is read, because a damaged file must not become a state that Outlook never had."],
  11: [
    "The agent's callbacks make one system call, which sets a timer, because the agent starts from Outlook's message loop and not while Outlook starts. An empty add-in makes none, so its time is below the resolution of the clock (0.1 us), and the target of 3 cannot be met by any add-in that makes a system call. The line below compares with an add-in that only sets the same timer.",
  ],
};
