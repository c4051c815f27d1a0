// What the numbers do not say by themselves: why an aim is missed, and what was mended. By row; each text is a paragraph.

/** @type {Record<number, string[]>} */
export const EXPLANATIONS = {
  1: [
    "Beyond the signal, Notify costs 409 instructions under callgrind, the emptying of the mailbox included (`npm test -- instructions`). The rest of its time is one system call: the agent's thread also waits for its clients, so that on Linux it is woken by an eventfd. A bare write to an eventfd that a thread polls takes as long as the whole of Notify, as the third line shows. On Windows both sides set an event: row 3 has the figures.",
  ],
  2: [
    "What the sum does not have: Outlook's thread must not do I/O, so the agent's own thread is woken first; the report is made into a JavaScript object and checked; the feed makes its message, where the bare server sends bytes that were made before the clock started. After 70 ms of rest all of that code is cold. By time stamps in the bridge, medians of 100 changes on a busy machine: 180 to 220 us from Notify to the report in JavaScript (the two bare hops: 100), 80 to 90 us for its check before that was mended, 70 to 80 us to the call of ws, 370 to 380 us from there to the client. The client has its message before the call of ws returns; log and history come after it.",
    "Mended: the check of every report by the validator. A report that differs from the last one in nothing but the state and its times, as nearly every change does, is now compared with that one; all others are checked whole.",
  ],
  3: [
    "Wine carries each event and each pipe operation through its server process; the agent's thread and the client's overlapped read add such round trips to those of the bare pipe.",
  ],
  4: [
    "A rival's page is blank and shows one word. The pane checks each message and draws the state first; what stands beside it is drawn before the same frame is shown, so that no frame has the new state with the old one's times, and title, icon, timeline, storage and announcement follow after that frame. The lines below the table say how much of the time had passed when the message came, and when a frame had been drawn: a page is drawn at most each 16.7 ms, which is most of that time for everybody.",
    "Mended: all of that was done in the task that hears the message (a processor profile: 3 ms for each change, of which the document's title alone took 0.9 ms), and the ground behind the state took 300 ms to fade from one colour to the other.",
  ],
  5: [
    "Mended: each message made a closure for each pane, and now all share one; with 1,000 panes the product took 1.1 to 1.3 times as long as bare ws before. With one pane what is done once for each change (the check of the report, one serialisation) is not spread over many.",
    "The crowd is not the bottleneck: its process is busy for less than half of the time to the last, and it runs on a core of its own while the server works.",
  ],
  6: [
    "The agent does nothing at all. The bridge wakes once a second because Node looks for connections that are slow with their headers or their request (`connectionsCheckingInterval`, set to one second so that the gate's limits of 5 and 10 s are kept); Node offers no way to look only while such a connection exists. That is 15 of its 20 wake-ups in 15 s. The others are three heartbeats, and every 20 s the history is drawn out to the present so that a crash loses no more than that.",
  ],
  7: [
    "At rest the product holds what the bare server does not have: SQLite with its binding (libsql, 6 MB resident), the log (pino, 5.5 MB), the validator (valibot, 4.5 MB) and the command line (commander, 3 MB), measured by importing one after the other into an empty process. The library that makes certificates, 7 MB more, is loaded in a process of its own that ends.",
  ],
  8: [
    "The start loads those libraries too, makes the home, reads the certificates and has them checked, opens the history with a check of the whole file, and starts the simulated Outlook and waits until it is ready; the last lines below the table say what Node and the modules alone take. The floor does none of it.",
    "The page's floor is a word and one line of script within the page, which connects as soon as it is parsed. The pane's policy forbids scripts within the page, so that its connection waits for a first script of its own. From then on, by Chromium's trace (devtools.timeline), style and layout of the whole page and the pane's script run while the feed's TLS connection is made, and on two cores both take each other's time: opened in turns on a busy machine, the page itself was there after 16 ms on both sides, the scripts that connect ran after 59 and 30 ms, and from there the snapshot took 107 and 41 ms.",
    "Mended: the pane connected only when its whole script had run; it made 26 formatters of times and numbers before it connected, and drew words about waiting (27 ms in the trace) that the state replaced at once. The service worker is no cost that shows: the page comes from it as soon as the floor's does from its server.",
  ],
  10: [
    "Mended: the last day was found by reading the whole month; an index on the end of each span finds it now, and the rows still come in the order of the table, so that nothing is sorted. What the 30 days take more than bare SQLite is the check of every row, because a damaged file must not become a state that Outlook never had.",
  ],
  11: [
    "Missed, and not to be met: the callbacks of an empty add-in take less than the clock's step of 0.1 us can tell apart, so that any system call at all is more than three times that. The agent makes one, for a timer: it begins from Outlook's message loop and not while Outlook starts. Under Wine such a call goes to another process and back, 9 us with the machine at rest. The third line holds the agent against that one call. An earlier figure of 3.0 times was too good: the empty add-in read the environment in its callbacks.",
    "No thread of OUTLOOK.EXE or of node.exe with the module has run in the minute. Heartbeats are the bridge's, and are in row 6.",
  ],
};
