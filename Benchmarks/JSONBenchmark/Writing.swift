import Foundation
import JSON

/// How long it takes to write a text.
struct Writing {
    let bytes: [UInt8]
    let times: Int

    func measure<Model: Codable>(_ model: Model.Type, into table: inout Table) throws {
        let data = Data(bytes)
        let decoder = JSONDecoder()
        let structs = try decoder.decode(Model.self, from: data)
        let any = try decoder.decode(AnyJSON.self, from: data)
        let object = try JSONSerialization.jsonObject(with: data)
        let value = try JSONValue(parsing: bytes)
        let encoder = JSONEncoder()
        encoder.outputFormatting = .withoutEscapingSlashes
        table.row("write: JSONWriter, from fields", median(times: times) { consume(write(structs)) }, bytes: bytes.count)
        table.row("write: JSONWriter, a value's bytes", median(times: times) { consume(splice(value)) }, bytes: bytes.count)
        table.row("write: JSONEncoder, structs", try median(times: times) { consume(try encoder.encode(structs)) }, bytes: bytes.count)
        table.row("write: JSONEncoder, any JSON", try median(times: times) { consume(try encoder.encode(any)) }, bytes: bytes.count)
        table.row(
            "write: JSONSerialization",
            try median(times: times) { consume(try JSONSerialization.data(withJSONObject: object, options: .withoutEscapingSlashes)) },
            bytes: bytes.count
        )
    }

    private func splice(_ value: JSONValue) -> [UInt8] {
        var writer = JSONWriter(reserving: bytes.count)
        writer.value(value)
        return writer.bytes
    }

    private func write<Model>(_ model: Model) -> [UInt8] {
        var writer = JSONWriter()
        if let call = model as? ToolCall {
            call.write(to: &writer)
        } else if let page = model as? PullPage {
            page.write(to: &writer)
        }
        return writer.bytes
    }
}

extension ToolCall {
    fileprivate func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("jsonrpc", jsonrpc)
            writer.member("id", id)
            writer.member("method", method)
            writer.key("params")
            writer.object { writer in
                writer.member("name", params.name)
                writer.key("arguments")
                writer.object { writer in
                    writer.member("title", params.arguments.title)
                    writer.member("content", params.arguments.content)
                    writer.key("tags")
                    writer.array { writer in
                        for tag in params.arguments.tags {
                            writer.string(tag)
                        }
                    }
                    writer.member("pinned", params.arguments.pinned)
                    writer.member("priority", params.arguments.priority)
                    writer.member("weight", params.arguments.weight)
                    writer.member("dueAt", params.arguments.dueAt)
                    writer.member("parent", params.arguments.parent)
                }
                writer.key("_meta")
                writer.object { writer in
                    for (key, value) in params._meta {
                        writer.key(escaping: key)
                        writer.string(value)
                    }
                }
            }
        }
    }
}

extension PullPage {
    fileprivate func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.key("upserts")
            writer.array { writer in
                for item in upserts {
                    item.write(to: &writer)
                }
            }
            writer.key("deletes")
            writer.array { writer in
                for uid in deletes {
                    writer.string(uid)
                }
            }
            writer.member("nextCursor", nextCursor)
            writer.member("hasMore", hasMore)
        }
    }
}

extension PullPage.Item {
    fileprivate func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("uid", uid)
            writer.member("updatedAt", updatedAt)
            writer.member("version", version)
            writer.key("payload")
            writer.object { writer in
                writer.member("title", payload.title)
                writer.member("content", payload.content)
                writer.key("tags")
                writer.array { writer in
                    for tag in payload.tags {
                        writer.string(tag)
                    }
                }
                writer.member("pinned", payload.pinned)
                writer.member("color", payload.color)
                writer.member("weight", payload.weight)
                writer.member("createdAt", payload.createdAt)
                writer.member("notebook", payload.notebook)
                writer.member("position", payload.position)
                writer.member("source", payload.source)
            }
        }
    }
}
