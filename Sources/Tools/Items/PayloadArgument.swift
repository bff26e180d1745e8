import JSON
import MCP
import ToolBridge

/// What one argument of a creating or replacing tool adds to the payload.
enum PayloadArgument: Sendable {
    /// The item that is meant.
    case uid(UID)
    /// The version that is meant.
    case version(Int)
    /// A member of the payload.
    case member(key: String, value: [UInt8])
    /// Members that have no parameter of their own; they may take the place of named ones.
    case fields(JSONValue)
    /// It wasn't given, so it leaves nothing.
    case absent
}

extension PayloadArgument {
    static func text(_ key: String, _ value: String?) -> PayloadArgument {
        guard let value else { return .absent }
        var writer = JSONWriter(reserving: value.utf8.count + 8)
        writer.string(value)
        return .member(key: key, value: writer.bytes)
    }

    static func number(_ key: String, _ value: Double?) -> PayloadArgument {
        guard let value else { return .absent }
        // A whole number is written as one.
        let text = Int64(exactly: value).map { "\($0)" } ?? value.description
        return .member(key: key, value: Array(text.utf8))
    }

    static func texts(_ key: String, _ value: [String]?) -> PayloadArgument {
        guard let value else { return .absent }
        var writer = JSONWriter(reserving: value.count * 16)
        writer.array { writer in
            for text in value { writer.string(text) }
        }
        return .member(key: key, value: writer.bytes)
    }
}

extension [PayloadArgument] {
    var uid: UID? {
        for case .uid(let uid) in self { return uid }
        return nil
    }

    var version: VersionCondition? {
        for case .version(let version) in self { return .exactly(Int64(version)) }
        return nil
    }

    /// The payload that they make, in the order of the parameters.
    ///
    /// - Parameter ignored: A member of the further fields that has no effect.
    /// - Throws: `invalid_payload`, `payload_too_large`.
    func payload(ignoring ignored: StaticString? = nil) throws(ItemError) -> Payload {
        var edit = PayloadEdit([:])
        for argument in self {
            switch argument {
            case .uid(let uid): edit.set("uid", to: uid.description)
            case .member(let key, let value): edit.set(key, to: value)
            case .fields(let object):
                for member in object.members {
                    if let ignored, member.keyEquals(ignored) { continue }
                    edit.set(member.key, to: [UInt8](member.value.bytes))
                }
            case .version, .absent: break
            }
        }
        return try Payload(parsing: edit.bytes)
    }
}
