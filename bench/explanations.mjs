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
    "Mended: ws makes the frame of a message anew for each client, and writes it in two pieces. The frame is now made once, by ws's own function, and the same bytes are written to every socket in one piece; the limits of what a pane leaves unread hold as before. Earlier each message also made a closure for each pane.",
    "With few panes what is done once for each change is not spread over many: the report is checked, the picture compared, the message serialised and its frame made, in code that has been cold for 50 ms; the bare server sends bytes that were made before the clock started. The log's line, which serialises the source once more, and the history come after the last write.",
    "Where the rounds lie far apart the machine was busy with other work, and a ratio says little. The crowd runs on a core of its own while the server works; the line above the growth says for which share of the time it was busy.",
  ],
  6: [
    "The agent does nothing at all. Mended: the bridge woke once a second, because Node looks that often for connections that are slow with their headers or their request (`connectionsCheckingInterval`); such a connection now has a timer of its own, which ends when it has become a pane. What draws the history out to the present each 20 s, so that a crash loses no more than that, now rides on every third heartbeat, so that its own timer does not fire while panes are there. In a try on a busy machine one wake-up in 15 s was left beyond the floor's three; its cause was not looked for. Before, the bridge woke 20 times in 15 s and took 2.6 times the floor's processor time.",
    "What is left of the processor time beyond the floor is that one write to the history in three heartbeats; a heartbeat itself costs less than the floor's, because its frame is made once for all panes.",
  ],
  7: [
    "Mended: the bridge was loaded as some 300 modules. It is now bundled into one file, and one for each command that is seldom used, without comments and without the parsers of request bodies that Express loads with the tables of a hundred character sets; names are kept, so that a crash can be read. On one machine, by turns: 33 MB private at rest before, 23 MB after, bare server 21.5 MB. Most of it was not code but what reading code leaves in V8's young generation.",
    "The agent: a burst makes it keep what a client has not read yet. It kept 64 KB at most for each, which showed as 320 KB altogether; it now keeps 16 KB, a full mailbox, and a client that is further behind is told the newest picture.",
    "What is left beyond the bare server is SQLite with its binding (libsql, 4.5 MB in an empty process), the log, the validator and the command line. The library that makes certificates, 7 MB more, is loaded in a process of its own that ends.",
  ],
  8: [
    "Mended: half of the start was the loading of some 300 modules one by one; they are bundled into one file now, and the command line alone takes 0.10 s of processor time where it took 0.20 (Node itself: 0.05). What the product does and the floor does not: it makes the home, reads the certificates and has them checked, looks for a bridge that runs already, opens the history with a check of the whole file, and starts the simulated Outlook and waits until it is ready; the last lines below the table say what Node and the product's command line take.",
    "Page, where the time goes (45 openings of each side in turns, medians of the page's own marks): page there after 11 and 7 ms, connection asked for after 31 and 25, open after 56 and 47, snapshot after 59 and 51, state said 0.6 and 0.5 ms later. The first 5 ms are the service worker's, which also brings the page when no bridge runs, and the new browsing context that Cross-Origin-Opener-Policy demands (2 to 5 ms of them, by leaving it out in turns); a blank page from the product's own server, without a service worker, took 1.06 to 1.11 of the floor. From connecting to the snapshot both wait for the browser's own process, which is busy with the navigation for 13 ms; there the pane's script (2.5 ms) and first frame run beside it. The server takes 0.4 ms more than the floor from the TCP connection to the snapshot (3.6 and 3.2 ms to a client that is no browser).",
    "Mended, each by trying both ways in turns: Origin-Agent-Cluster together with the opener policy had Chromium throw away the process that it had prepared and start another when the answer had come (state after 100 ms with both, 61 to 66 with either one or neither). The connection waited for a script of its own, because the policy allowed none within the page; the page has it in itself now, allowed by its hash (60). Style sheet and script came from the service worker's cache as files, while the connection was made; they are in the page too (55, and with nothing but the connection and one line of drawing in it 54). The first frame laid out the whole page, which took 15 ms of the trace just when the snapshot came: before there is something to tell, only the state's place is laid out (4 ms less). The page's icon was fetched and drawn before the snapshot came; it is now the state's, and comes after it (3 ms less).",
    "Mended before: the pane connected only when its whole script had run; it made 26 formatters of times and numbers before it connected, and drew words about waiting that the state replaced at once.",
  ],
  9: [
    "A burst makes ten thousand short-lived objects in the bridge, and V8 lets its young generation grow while it is busy. Growth from the first burst on cannot be told from a leak; that is why memory is compared between the first and the second half of the bursts, and every reading is told.",
  ],
  10: [
    "Mended: SQLite looked for the first span of the last day from the oldest row on, 2.8 of the query's milliseconds among 100,000 rows and 0.2 by the index; and libsql takes several times as long to hand over rows one by one as one text of JSON with all of them. Each row is still checked, because a damaged file must not become a state that Outlook never had. The bridge keeps 100,000 spans, where it kept 20,000.",
  ],
  11: [
    "The aim of 3 times cannot be met by what makes a system call: the callbacks of an empty add-in take less than the clock's step of 0.1 us can tell apart, so that any system call at all is more than three times that. The agent makes one, for a timer: it begins from Outlook's message loop and not while Outlook starts. Under Wine such a call goes to another process and back, 10 us when the cores are awake and 40 us with the machine at rest. The third line holds the agent against that one call. An earlier figure of 3.0 times was too good: the empty add-in read the environment in its callbacks.",
    "No thread of OUTLOOK.EXE or of node.exe with the module has run in the minute. Heartbeats are the bridge's, and are in row 6.",
  ],
};
