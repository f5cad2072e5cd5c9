-- KEYS[1] what lots begin with; ARGV: the bid's own id, how many lots, the offer (0: the minimum).
local lot = KEYS[1] .. (tonumber(ARGV[1]) % tonumber(ARGV[2]))
local known = redis.call('HGET', lot .. ':ids', ARGV[1])
if known then return tonumber(known) end
local minimum = tonumber(redis.call('HGET', lot, 'minimum') or '100')
local offer = tonumber(ARGV[3])
if offer == 0 then offer = minimum end
if offer < minimum then return -1 end
local seq = redis.call('HINCRBY', lot, 'seq', 1)
redis.call('HSET', lot, 'price', offer, 'minimum', offer + 100, 'leader', ARGV[1])
redis.call('HSET', lot .. ':ids', ARGV[1], seq)
redis.call('XADD', lot .. ':log', '*', 'id', ARGV[1], 'amount', offer)
return seq
