-- Requests for wrk, after `--`: method, number of threads, file of paths, and for POST the file of the body.
-- Each thread has paths of its own. A POST must be answered 303.

local threads = {}

function setup(thread)
  thread:set("number", #threads)
  table.insert(threads, thread)
end

function init(args)
  requests, at, wrong = {}, 0, 0
  local count, body, line = tonumber(args[2]), args[4] and io.open(args[4]):read("*a"), 0
  for path in io.lines(args[3]) do
    if line % count == number then
      table.insert(requests, wrk.format(args[1], path, nil, body))
    end
    line = line + 1
  end
  if body then
    response = function(status) -- a page's body is not looked at: that would slow wrk down
      if status ~= 303 then
        wrong = wrong + 1
      end
    end
  end
end

function request()
  at = at % #requests + 1
  return requests[at]
end

function done(summary, latency)
  local unexpected = 0
  for _, thread in ipairs(threads) do
    unexpected = unexpected + thread:get("wrong")
  end
  local errors = summary.errors
  print(string.format(
    '{"requests": %d, "seconds": %f, "bytes": %d, "p50": %f, "p99": %f, "unexpected": %d, '
      .. '"connect": %d, "read": %d, "write": %d, "timeout": %d, "status": %d}',
    summary.requests, summary.duration / 1e6, summary.bytes, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3,
    unexpected, errors.connect, errors.read, errors.write, errors.timeout, errors.status
  ))
end
