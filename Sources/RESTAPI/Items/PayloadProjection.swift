import JSON
import ToolBridge

/// Some of the top-level members of payloads, in the payload's order and with their values' bytes.
struct PayloadProjection: Sendable {
    private let names: Set<[UInt8]>

    init(_ names: [String]) {
        self.names = Set(names.map { Array($0.utf8) })
    }

    func write(_ payload: [UInt8], to writer: inout JSONWriter) {
        // What is stored has been checked; what couldn't be read would go back whole.
        guard let object = try? JSONValue(parsing: payload, limits: .stored) else { return writer.raw(payload) }
        writer.object { writer in
            for member in object.members {
                let key = member.key
                guard names.contains(Array(key.utf8)) else { continue }
                writer.key(escaping: key)
                writer.raw(member.value.bytes)
            }
        }
    }
}
