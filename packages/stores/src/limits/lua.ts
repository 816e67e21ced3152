// The scripts of the limit store in Redis; each is one atomic act.
import { WINDOW_MS } from './port.ts';

/**
 * A window is a hash: field = second of the epoch, value = amount; `n` = newest second, `s` = sum.
 * `advance` drops the seconds that have left the minute and gives the sum and the newest second.
 */
const WINDOW_FUNCTIONS = `
local function advance(key, second)
  local newest = tonumber(redis.call('HGET', key, 'n'))
  if not newest then return 0, second end
  if second <= newest then return tonumber(redis.call('HGET', key, 's')), newest end
  if second - newest >= 60 then redis.call('DEL', key) return 0, second end
  local sum = tonumber(redis.call('HGET', key, 's'))
  for old = newest - 59, second - 60 do
    local amount = redis.call('HGET', key, old)
    if amount then
      sum = sum - tonumber(amount)
      redis.call('HDEL', key, old)
    end
  end
  redis.call('HSET', key, 'n', second, 's', sum)
  return sum, second
end

local function waitMs(key, newest, amount, now)
  local left = amount
  for second = newest - 59, newest do
    left = left - (tonumber(redis.call('HGET', key, second)) or 0)
    if left <= 0 then return math.max(1, (second + 60) * 1000 - now) end
  end
  return ${WINDOW_MS}
end

local function put(key, newest, second, amount, sum)
  local before = tonumber(redis.call('HGET', key, second)) or 0
  local after = math.max(0, before + amount)
  redis.call('HSET', key, second, after, 'n', newest, 's', sum + after - before)
  redis.call('PEXPIRE', key, ${WINDOW_MS * 2})
  return sum + after - before
end
`;

/**
 * KEYS: windows, then slots. ARGV: now, holder, slot ttl, number of windows, (max, amount) per window, max per slot.
 * Answers {1, remaining, reset, …} or {0, index of the key, wait}.
 */
export const TAKE_ALL = `${WINDOW_FUNCTIONS}
local now, holder, ttl, windows = tonumber(ARGV[1]), ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])
local second = math.floor(now / 1000)
for index = windows + 1, #KEYS do
  redis.call('ZREMRANGEBYSCORE', KEYS[index], '-inf', now)
  local max = tonumber(ARGV[4 + windows * 2 + index - windows])
  if redis.call('ZCARD', KEYS[index]) >= max then return {0, index, 1000} end
end
local sums, newests = {}, {}
for index = 1, windows do
  local max, amount = tonumber(ARGV[3 + index * 2]), tonumber(ARGV[4 + index * 2])
  local sum, newest = advance(KEYS[index], second)
  if sum > 0 and sum + amount > max then
    return {0, index, waitMs(KEYS[index], newest, math.min(sum, sum + amount - max), now)}
  end
  sums[index], newests[index] = sum, newest
end
local answer = {1}
for index = 1, windows do
  local max, amount = tonumber(ARGV[3 + index * 2]), tonumber(ARGV[4 + index * 2])
  local sum = put(KEYS[index], newests[index], newests[index], amount, sums[index])
  answer[#answer + 1] = math.max(0, max - sum)
  answer[#answer + 1] = waitMs(KEYS[index], newests[index], sum, now)
end
for index = windows + 1, #KEYS do
  redis.call('ZADD', KEYS[index], now + ttl, holder)
  redis.call('PEXPIRE', KEYS[index], ttl * 2)
end
return answer
`;

/** KEYS: slots, then windows. ARGV: now, holder, number of slots, (delta, taken at) per window. */
export const RELEASE = `${WINDOW_FUNCTIONS}
local now, holder, slots = tonumber(ARGV[1]), ARGV[2], tonumber(ARGV[3])
for index = 1, slots do redis.call('ZREM', KEYS[index], holder) end
for index = slots + 1, #KEYS do
  local place = 4 + (index - slots - 1) * 2
  local delta, second = tonumber(ARGV[place]), math.floor(tonumber(ARGV[place + 1]) / 1000)
  local sum, newest = advance(KEYS[index], math.floor(now / 1000))
  if second > newest - 60 and second <= newest then put(KEYS[index], newest, second, delta, sum) end
end
return 1
`;

/** KEYS: one slot key. ARGV: now, ttl, holders… Moves the end of each holder's place, where it still has one. */
export const EXTEND = `
for index = 3, #ARGV do redis.call('ZADD', KEYS[1], 'XX', tonumber(ARGV[1]) + tonumber(ARGV[2]), ARGV[index]) end
redis.call('PEXPIRE', KEYS[1], tonumber(ARGV[2]) * 2)
return 1
`;
