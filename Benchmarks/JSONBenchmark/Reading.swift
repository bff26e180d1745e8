import Foundation
import JSON

/// How long it takes to read a text.
struct Reading {
    let bytes: [UInt8]
    let times: Int

    func measure(into table: inout Table) throws {
        let data = Data(bytes)
        let decoder = JSONDecoder()
        let isCall = bytes.count < 10_000
        table.row("read: JSONValue", try median(times: times) { consume(try JSONValue(parsing: bytes)) }, bytes: bytes.count)
        table.row(
            "read: JSONValue, then every string and number of it",
            try median(times: times) { consume(visit(try JSONValue(parsing: bytes))) },
            bytes: bytes.count
        )
        table.row("read: JSON.check", try median(times: times) { try JSON.check(bytes) }, bytes: bytes.count)
        let structs = try median(times: times) {
            if isCall {
                consume(try decoder.decode(ToolCall.self, from: data))
            } else {
                consume(try decoder.decode(PullPage.self, from: data))
            }
        }
        table.row("read: JSONDecoder → structs", structs, bytes: bytes.count)
        table.row(
            "read: JSONDecoder → any JSON",
            try median(times: times) { consume(try decoder.decode(AnyJSON.self, from: data)) },
            bytes: bytes.count
        )
        table.row(
            "read: JSONSerialization",
            try median(times: times) { consume(try JSONSerialization.jsonObject(with: data)) },
            bytes: bytes.count
        )
    }

    /// Asks for all there is.
    private func visit(_ value: JSONValue) -> Int {
        switch value.kind {
        case .null: 0
        case .boolean: value.boolean == true ? 1 : 0
        case .number: value.integer == nil ? (value.double == nil ? 0 : 1) : 1
        case .string: value.string?.utf8.count ?? 0
        case .array: value.elements.reduce(0) { $0 + visit($1) }
        case .object: value.members.reduce(0) { $0 + $1.key.utf8.count + visit($1.value) }
        }
    }
}
