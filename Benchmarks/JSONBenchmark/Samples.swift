import JSON

/// What the server reads and writes most.
enum Samples {
    /// A request that calls a tool, about 1.3 kB.
    static func toolCall() -> [UInt8] {
        var writer = JSONWriter()
        writer.object { writer in
            writer.member("jsonrpc", "2.0")
            writer.member("id", 4711)
            writer.member("method", "tools/call")
            writer.key("params")
            writer.object { writer in
                writer.member("name", "create_note")
                writer.key("arguments")
                writer.object { writer in
                    writer.member("title", "Minutes of the meeting in Zürich")
                    writer.member(
                        "content",
                        String(repeating: "We said \"yes\" to the plan, and to the schedule.\nThen we had lunch. ", count: 11)
                    )
                    writer.key("tags")
                    writer.array { writer in
                        for tag in ["meeting", "plan", "zürich", "2026"] {
                            writer.string(tag)
                        }
                    }
                    writer.member("pinned", false)
                    writer.member("priority", 3)
                    writer.member("weight", 0.75)
                    writer.member("dueAt", 1_789_000_000_000)
                    writer.member("parent", nil as String?)
                }
                writer.key("_meta")
                writer.object { writer in
                    writer.member("progressToken", "0197d7a2-5a0c-7c1e-9f57-2b6f2a9f6c11")
                    writer.member("io.modelcontextprotocol/related", "0197d7a2-5a0c-7c1e-9f57-2b6f2a9f6c12")
                    writer.member("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
                }
            }
        }
        return writer.bytes
    }

    /// A page of changes as a client pulls it, about 1 MB.
    static func pullPage() -> [UInt8] {
        var writer = JSONWriter(reserving: 1 << 20)
        writer.object { writer in
            writer.key("upserts")
            writer.array { writer in
                for number in 0..<1_850 {
                    item(number, &writer)
                }
            }
            writer.member("deletes", [] as JSONValue)
            writer.member("nextCursor", "eyJ2IjoxLCJzIjoxODUwfQ")
            writer.member("hasMore", true)
        }
        return writer.bytes
    }

    private static func item(_ number: Int, _ writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("uid", "0197d7a2-5a0c-7c1e-9f57-\(100_000_000_000 + number)")
            writer.member("updatedAt", 1_789_000_000_000 + number)
            writer.member("version", number % 7 + 1)
            writer.key("payload")
            writer.object { writer in
                writer.member("title", "Note number \(number)")
                writer.member(
                    "content",
                    "Some lines of text, as people write them.\nThe second line is a bit longer than that.\n• \(number) €, déjà vu"
                )
                writer.key("tags")
                writer.array { writer in
                    writer.string("inbox")
                    writer.string("tag \(number % 10)")
                }
                writer.member("pinned", number.isMultiple(of: 5))
                writer.member("color", nil as String?)
                writer.member("weight", Double(number) / 8)
                writer.member("createdAt", 1_780_000_000_000 + number)
                writer.member("notebook", "0197d7a2-5a0c-7c1e-9f57-000000000001")
                writer.member("position", number)
                writer.member("source", "import from another program")
            }
        }
    }
}
