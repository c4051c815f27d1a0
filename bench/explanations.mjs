// What the numbers do not say by themselves: why an aim is missed, and what was mended. By row; each text is a paragraph.

/** @type {Record<number, string[]>} */
export const EXPLANATIONS = {
  1: [
    "Beyond the signal, Notify costs 409 instructions under callgrind, the emptying of the mailbox included (`npm test -- instructions`). The rest of its time is one system call: the agent's thread also waits for its clients, so that on Linux it is woken by an eventfd. A bare write to an eventfd that a thread polls takes as long as the whole of Notify, as the third line shows. On Windows both sides set an event: row 3 has the figures.",
  ],
  2: [
    "Between the hops of the sum lies one more that the product cannot do without: Outlook's thread must not do I/O, so the agent's own thread is woken first. After 70 ms of rest all code is cold: inside the bridge, from the report to the call of ws, it takes some 50 us, half of which is the one serialisation; the bare server sends bytes that were made before the clock started.",
  ],
  3: [
    "Wine carries each event and each pipe operation through its server process; the agent's thread and the client's overlapped read add such round trips to those of the bare pipe.",
  ],
  4: [
    "A rival's page is blank and shows one word. The pane checks each message, remembers it for the next start, and draws heading, meaning, times, timeline and announcement, all in the same task: the lines below the table say how much of the time had passed when the message came, and the rest is the pane's own drawing.",
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
    "The pane is a real page (skeleton, styles, a bundle of the whole pane, the connection to the feed) and the floor's is a word and one line of script.",
  ],
  10: [
    "Mended: the last day was found by reading the whole month; an index on the end of each span finds it now, and the rows still come in the order of the table, so that nothing is sorted. What the 30 days take more than bare SQLite is the check of every row, because a damaged file must not become a state that Outlook never had.",
  ],
};
