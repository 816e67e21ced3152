// Loaded into the console's process before Next: ends it when the supervisor is gone, however that died.
// Next's development server hands this on to its own child, which needs its channel to stay open: no `unref` here.

if (process.send) process.on('disconnect', () => process.exit(0));
