// The script of the places in Redis: a worker states how many it uses and wants; the answer is how many it has.

/**
 * KEYS: places by worker (hash), their ends (sorted set). ARGV: worker, now, ttl, in use, wanted, max.
 * What is stated is absolute, so that a lost answer or a lost Redis is healed by the next statement.
 * Answers {granted, held by others}. Places in use are never taken away, whatever others hold.
 */
export const STATE_PLACES = `
local worker, now, ttl = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local used, wanted, max = tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6])
for _, dead in ipairs(redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', now)) do
  redis.call('ZREM', KEYS[2], dead)
  redis.call('HDEL', KEYS[1], dead)
end
local others = 0
local places = redis.call('HGETALL', KEYS[1])
for index = 1, #places, 2 do
  if places[index] ~= worker then others = others + tonumber(places[index + 1]) end
end
local granted = math.max(used, math.min(wanted, max - others))
if granted <= 0 then
  redis.call('HDEL', KEYS[1], worker)
  redis.call('ZREM', KEYS[2], worker)
  return {0, others}
end
redis.call('HSET', KEYS[1], worker, granted)
redis.call('ZADD', KEYS[2], now + ttl, worker)
redis.call('PEXPIRE', KEYS[1], ttl * 2)
redis.call('PEXPIRE', KEYS[2], ttl * 2)
return {granted, others}
`;
