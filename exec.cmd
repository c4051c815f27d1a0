@rem Lets the npm scripts say "exec node ..." on Windows too. In a POSIX shell exec makes node npm's own child: a signal that npm
@rem passes on then reaches it, where a shell in between would die of it and leave node running.
@%*
