// The scripts of the limit store in Redis; each is one atomic act.
import { WINDOW_MS } from './port.ts';

/**
 * A window is a hash: field = second of the epoch, value = amount; `n` = newest second, `s` = sum of all fields.
 * Calls of Redis are what a script costs, so each window is read by one and written by one.
 */
const WINDOW_FUNCTIONS = `
local function fields(first, last)
  local list = {}
  for second = first, last do list[#list + 1] = second end
  return list
end

local function open(key, second)
  local head = redis.call('HMGET', key, 'n', 's', second)
  local newest = tonumber(head[1])
  if not newest then return { key = key, newest = second, sum = 0, at = 0, moved = true } end
  local window = { key = key, newest = newest, sum = tonumber(head[2]), at = tonumber(head[3]) or 0 }
  if second < newest then
    window.at = tonumber(redis.call('HGET', key, newest)) or 0
  elseif second - newest >= 60 then
    redis.call('DEL', key)
    return { key = key, newest = second, sum = 0, at = 0, moved = true }
  elseif second > newest then
    local left = fields(newest - 59, second - 60)
    local gone = 0
    for _, amount in ipairs(redis.call('HMGET', key, unpack(left))) do gone = gone + (tonumber(amount) or 0) end
    redis.call('HDEL', key, unpack(left))
    window.newest, window.sum, window.moved = second, window.sum - gone, true
    redis.call('HSET', key, 'n', second, 's', window.sum)
  end
  return window
end

local function waitMs(window, amount, now)
  local first = window.newest - 59
  local left = amount
  for index, counted in ipairs(redis.call('HMGET', window.key, unpack(fields(first, window.newest)))) do
    left = left - (tonumber(counted) or 0)
    if left <= 0 then return math.max(1, (first + index - 1 + 60) * 1000 - now) end
  end
  return ${WINDOW_MS}
end
`;

/**
 * KEYS: windows, then slots. ARGV: now, holder, slot ttl, number of windows, (max, amount) per window, max per slot.
 * Answers {1, remaining, reset, …} or {0, index of the key, wait}.
 */
export const TAKE_ALL = `${WINDOW_FUNCTIONS}
local now, holder, ttl, count = tonumber(ARGV[1]), ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])
local second = math.floor(now / 1000)
for index = count + 1, #KEYS do
  local max = tonumber(ARGV[4 + count * 2 + index - count])
  if redis.call('ZCARD', KEYS[index]) >= max then
    redis.call('ZREMRANGEBYSCORE', KEYS[index], '-inf', now)
    if redis.call('ZCARD', KEYS[index]) >= max then return {0, index, 1000} end
  end
end
local windows = {}
for index = 1, count do
  local max, amount = tonumber(ARGV[3 + index * 2]), tonumber(ARGV[4 + index * 2])
  local window = open(KEYS[index], second)
  if window.sum > 0 and window.sum + amount > max then
    return {0, index, waitMs(window, math.min(window.sum, window.sum + amount - max), now)}
  end
  windows[index] = window
end
local answer = {1}
for index = 1, count do
  local window, max, amount = windows[index], tonumber(ARGV[3 + index * 2]), tonumber(ARGV[4 + index * 2])
  local sum = window.sum + amount
  redis.call('HSET', window.key, window.newest, window.at + amount, 'n', window.newest, 's', sum)
  if window.moved then redis.call('PEXPIRE', window.key, ${WINDOW_MS * 2}) end
  answer[#answer + 1] = math.max(0, max - sum)
  answer[#answer + 1] = math.max(1, (window.newest + 60) * 1000 - now)
end
for index = count + 1, #KEYS do
  redis.call('ZADD', KEYS[index], now + ttl, holder)
  redis.call('PEXPIRE', KEYS[index], ttl * 2)
end
return answer
`;

/**
 * KEYS: slots, then windows. ARGV: holder, number of slots, (delta, taken at) per window.
 * A second that has left its window is corrected no more.
 */
export const RELEASE = `
local holder, slots = ARGV[1], tonumber(ARGV[2])
for index = 1, slots do redis.call('ZREM', KEYS[index], holder) end
for index = slots + 1, #KEYS do
  local place = 3 + (index - slots - 1) * 2
  local delta, second = tonumber(ARGV[place]), math.floor(tonumber(ARGV[place + 1]) / 1000)
  local head = redis.call('HMGET', KEYS[index], 's', second)
  local before = tonumber(head[2])
  if before then
    local after = math.max(0, before + delta)
    redis.call('HSET', KEYS[index], second, after, 's', tonumber(head[1]) + after - before)
  end
end
return 1
`;

/** KEYS: one slot key. ARGV: now, ttl, holders… States who holds places now, so that a Redis that lost them is healed. */
export const EXTEND = `
for index = 3, #ARGV do redis.call('ZADD', KEYS[1], tonumber(ARGV[1]) + tonumber(ARGV[2]), ARGV[index]) end
redis.call('PEXPIRE', KEYS[1], tonumber(ARGV[2]) * 2)
return 1
`;
