// Loaded into the console's process before Next: ends it when the supervisor is gone, however that died.

if (process.send) {
  process.on('disconnect', () => process.exit(0));
  // Next doesn't use the channel, so it must not keep the process alive.
  process.channel?.unref();
}
