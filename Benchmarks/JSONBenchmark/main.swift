// Ratios of our JSON to Foundation's, measured in one run, as medians of several rounds.
//
// Nothing here says how fast a machine is; only the ratios of one run mean something.

import JSON

let call = Samples.toolCall()
let page = Samples.pullPage()

var table = Table()
for (name, bytes, times) in [("tool call", call, 2_000), ("pull page", page, 3)] {
    table.section("\(name), \(bytes.count) bytes")
    try Reading(bytes: bytes, times: times).measure(into: &table)
}
table.section("tool call")
try Writing(bytes: call, times: 2_000).measure(ToolCall.self, into: &table)
table.section("pull page")
try Writing(bytes: page, times: 3).measure(PullPage.self, into: &table)
table.section("check only, about 1 MB of one shape")
for (name, bytes) in Shapes.all() {
    table.row(name, try median(times: 3) { try JSON.check(bytes, limits: Shapes.limits) }, bytes: bytes.count)
}
table.print()
