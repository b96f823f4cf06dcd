/**
 * The sliding log in Redis: a text of `at:n` pairs per key. A script runs alone, which makes it atomic. Answers whether it was
 * allowed, the time, and per key: used, newest, when the cost fits, the entry's place.
 */
export const TAKE = `
local now = tonumber(ARGV[1])
if not now then
  local t = redis.call('TIME')
  now = t[1] * 1000 + math.floor(t[2] / 1000)
end
local states = {}
local allowed = 1
for i, key in ipairs(KEYS) do
  local o = (i - 1) * 4 + 1
  local s = { limit = tonumber(ARGV[o + 1]), window = tonumber(ARGV[o + 2]), grain = tonumber(ARGV[o + 3]), cost = tonumber(ARGV[o + 4]), at = {}, n = {}, used = 0 }
  for a, c in string.gmatch(redis.call('GET', key) or '', '(%d+):(%d+)') do
    local at, n = tonumber(a), tonumber(c)
    if at > now - s.window then
      s.at[#s.at + 1] = at
      s.n[#s.n + 1] = n
      s.used = s.used + n
    end
  end
  local left, fits = s.used, now
  for j = 1, #s.at do
    if left + s.cost <= s.limit then break end
    left = left - s.n[j]
    fits = s.at[j] + s.window
  end
  if left + s.cost > s.limit then fits = now + s.window end
  s.fits = fits
  s.newest = s.used > 0 and s.at[#s.at] or now - s.window
  s.slot = math.max(math.ceil(now / s.grain) * s.grain, s.at[#s.at] or 0)
  if s.used + s.cost > s.limit then allowed = 0 end
  states[i] = s
end
local answer = { allowed, now }
for i, key in ipairs(KEYS) do
  local s = states[i]
  if allowed == 1 then
    local last = #s.at
    if last > 0 and s.at[last] == s.slot then
      s.n[last] = s.n[last] + s.cost
    else
      s.at[last + 1] = s.slot
      s.n[last + 1] = s.cost
    end
    local parts = {}
    for j = 1, #s.at do parts[j] = string.format('%.0f:%d', s.at[j], s.n[j]) end
    redis.call('SET', key, table.concat(parts, ' '), 'PX', s.window + 1000)
    s.used = s.used + s.cost
    s.newest = s.slot
  end
  answer[#answer + 1] = s.used
  answer[#answer + 1] = s.newest
  answer[#answer + 1] = s.fits
  answer[#answer + 1] = s.slot
end
return answer
`

/** Takes back what was taken at a moment, if it still stands there. */
export const GIVE_BACK = `
for i, key in ipairs(KEYS) do
  local slot, cost = tonumber(ARGV[i * 2 - 1]), tonumber(ARGV[i * 2])
  local text = redis.call('GET', key)
  if text then
    local changed = string.gsub(text, '(%d+):(%d+)', function(a, c)
      if tonumber(a) == slot then return a .. ':' .. math.max(0, tonumber(c) - cost) end
    end)
    redis.call('SET', key, changed, 'KEEPTTL')
  end
end
return 1
`
