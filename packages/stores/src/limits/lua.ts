// The scripts of the limit store in Redis; each is one atomic act.
import { PLACE_RETRY_MS, WINDOW_MS } from './port.ts';

/**
 * A window is a hash: field = second of the epoch, value = amount; `n` = newest second, `s` = sum of all fields. Beside
 * it a hash says what is lent: worker → "amount:end".
 */
const WINDOW_FUNCTIONS = `
local function fields(first, last)
  local list = {}
  for second = first, last do list[#list + 1] = second end
  return list
end

local function open(key, second)
  local head = redis.call('HMGET', key, 'n', 's')
  local newest = tonumber(head[1])
  local window = { key = key, newest = second, sum = 0, counts = {}, changed = false }
  if not newest then return window end
  if second - newest >= 60 then
    redis.call('DEL', key)
    return window
  end
  window.newest, window.sum = math.max(newest, second), tonumber(head[2])
  if second > newest then
    local left = fields(newest - 59, second - 60)
    local gone = 0
    for _, amount in ipairs(redis.call('HMGET', key, unpack(left))) do gone = gone + (tonumber(amount) or 0) end
    redis.call('HDEL', key, unpack(left))
    window.sum, window.changed = window.sum - gone, true
  end
  return window
end

local function count(window, second, amount)
  second = math.min(second, window.newest)
  if second <= window.newest - 60 then return end
  local before = window.counts[second] or tonumber(redis.call('HGET', window.key, second)) or 0
  local after = math.max(0, before + amount)
  window.counts[second], window.changed = after, true
  window.sum = window.sum + after - before
end

local function lent(window, worker, now)
  window.others, window.lentKey = 0, window.key .. ':lent'
  local list = redis.call('HGETALL', window.lentKey)
  for index = 1, #list, 2 do
    local amount, ends = string.match(list[index + 1], '^(%d+):(%d+)$')
    if list[index] == worker then
      window.own = true
    elseif tonumber(ends) > now then
      window.others = window.others + tonumber(amount)
    else
      redis.call('HDEL', window.lentKey, list[index])
      count(window, window.newest, tonumber(amount))
    end
  end
end

local function waitMs(window, amount, now)
  local first = window.newest - 59
  window.list = window.list or redis.call('HMGET', window.key, unpack(fields(first, window.newest)))
  local left = amount
  for index = 1, 60 do
    local second = first + index - 1
    left = left - (window.counts[second] or tonumber(window.list[index]) or 0)
    if left <= 0 then return math.max(1, (second + 60) * 1000 - now) end
  end
  return ${WINDOW_MS}
end
`;

/**
 * Places of a caller: a hash worker → "held:in use" and a sorted set of when each worker's end. What a worker states is
 * absolute, so that a lost answer or a lost Redis is healed by the next statement.
 */
const PLACE_FUNCTIONS = `
local function places(key, worker, now)
  local ends = key .. ':ends'
  for _, dead in ipairs(redis.call('ZRANGEBYSCORE', ends, '-inf', now)) do
    redis.call('ZREM', ends, dead)
    redis.call('HDEL', key, dead)
  end
  local found = { key = key, ends = ends, held = 0, busy = 0 }
  local list = redis.call('HGETALL', key)
  for index = 1, #list, 2 do
    if list[index] ~= worker then
      local held, busy = string.match(list[index + 1], '^(%d+):(%d+)$')
      found.held, found.busy = found.held + tonumber(held), found.busy + tonumber(busy)
    end
  end
  return found
end
`;

/**
 * A worker's statement about the limits of one caller. KEYS: windows, then places. ARGV: now, worker, life of a lease,
 * life of places, number of windows; per window max, amount wanted on lease, number of reports, (second, amount) each;
 * per place max, in use, wanted beyond that; then the number of requests, and per request its second, the number of its
 * parts, (index of the key, amount) each. Reports are taken in first, then each request takes all its parts or none, then
 * leases are granted out of the first half of each limit.
 *
 * Answers per request {0, 0, 0} or {index of the key, wait, 1 when it is only what others hold unused}; per window
 * {lease, remaining}; per place {held, held by others}.
 */
export const STATE = `${WINDOW_FUNCTIONS}${PLACE_FUNCTIONS}
local now, worker, leaseMs, placeMs = tonumber(ARGV[1]), ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])
local windowCount, at = tonumber(ARGV[5]), 5
local function read()
  at = at + 1
  return tonumber(ARGV[at])
end
local parts = {}
for index = 1, #KEYS do
  local part
  if index <= windowCount then
    part = open(KEYS[index], math.floor(now / 1000))
    part.max, part.wanted = read(), read()
    for report = 1, read() do count(part, read(), read()) end
    lent(part, worker, now)
  else
    part = places(KEYS[index], worker, now)
    part.max, part.used, part.wanted = read(), read(), read()
  end
  parts[index] = part
end

local function refusal(index, amount)
  local part = parts[index]
  if index > windowCount then
    if part.used + part.held < part.max then return nil end
    return ${PLACE_RETRY_MS}, part.used + part.busy < part.max
  end
  local sum = part.sum + part.others
  if sum == 0 or sum + amount <= part.max then return nil end
  if part.sum == 0 or part.sum + amount <= part.max then return 1000, true end
  return waitMs(part, math.min(part.sum, part.sum + amount - part.max), now), false
end

local answer = {}
for request = 1, read() do
  local second, length = read(), read()
  local wanted = {}
  for index = 1, length do wanted[index] = { read(), read() } end
  local index, wait, idle = 0, 0, false
  for _, each in ipairs(wanted) do
    local long, lentOnly = refusal(each[1], each[2])
    if long then
      index, wait, idle = each[1], long, lentOnly
      break
    end
  end
  if index == 0 then
    for _, each in ipairs(wanted) do
      local part = parts[each[1]]
      if each[1] > windowCount then part.used = part.used + 1 else count(part, second, each[2]) end
    end
  end
  answer[#answer + 1], answer[#answer + 2], answer[#answer + 3] = index, wait, idle and 1 or 0
end

for index, part in ipairs(parts) do
  if index <= windowCount then
    local lease = math.max(0, math.min(part.wanted, math.floor(part.max / 2) - part.sum - part.others))
    if lease > 0 then
      redis.call('HSET', part.lentKey, worker, string.format('%d:%d', lease, now + leaseMs))
      redis.call('PEXPIRE', part.lentKey, ${WINDOW_MS * 2})
    elseif part.own then
      redis.call('HDEL', part.lentKey, worker)
    end
    if part.changed then
      local list = { 'n', part.newest, 's', part.sum }
      for second, amount in pairs(part.counts) do
        list[#list + 1] = second
        list[#list + 1] = amount
      end
      redis.call('HSET', part.key, unpack(list))
      redis.call('PEXPIRE', part.key, ${WINDOW_MS * 2})
    end
    answer[#answer + 1] = lease
    answer[#answer + 1] = math.max(0, part.max - part.sum - part.others)
  else
    local held = part.used + math.max(0, math.min(part.wanted, math.floor(part.max / 2) - part.used - part.held))
    if held > 0 then
      redis.call('HSET', part.key, worker, held .. ':' .. part.used)
      redis.call('ZADD', part.ends, now + placeMs, worker)
      redis.call('PEXPIRE', part.key, placeMs * 2)
      redis.call('PEXPIRE', part.ends, placeMs * 2)
    else
      redis.call('HDEL', part.key, worker)
      redis.call('ZREM', part.ends, worker)
    end
    answer[#answer + 1] = held
    answer[#answer + 1] = part.held
  end
end
return answer
`;

/** KEYS: one place. ARGV: now, worker. Answers how many places other workers use. */
export const USED_BY_OTHERS = `${PLACE_FUNCTIONS}
return places(KEYS[1], ARGV[2], tonumber(ARGV[1])).busy
`;
