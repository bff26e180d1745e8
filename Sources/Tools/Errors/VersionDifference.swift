import JSON
import ToolBridge

/// What differs between what somebody sent and what an item has become meanwhile.
enum VersionDifference {
    /// Payloads with more members aren't compared, and of the names no more are told.
    private static let members = 1000
    private static let names = 20

    /// The names of top-level members whose values differ, as they are shown.
    ///
    /// - Parameter isWhole: Whether what was sent takes the place of the payload, so that what it lacks would go.
    static func names(sent: JSONValue, current: JSONValue, isWhole: Bool) -> [String] {
        guard sent.count <= members, current.count <= members else { return [] }
        var names: [String] = []
        for member in sent.members where !isServers(member) && current[member.key] != member.value { names.append(shown(member.key)) }
        if isWhole {
            for member in current.members where !isServers(member) && sent[member.key] == nil { names.append(shown(member.key)) }
        }
        return Array(names.prefix(Self.names))
    }

    /// Whether the server writes it, so that it differs in every version.
    private static func isServers(_ member: JSONValue.Member) -> Bool {
        ServerFields.names.contains { member.keyEquals($0) }
    }

    /// A name as it is, or in quotes if it might be taken for words of ours.
    private static func shown(_ key: String) -> String {
        let isName = !key.isEmpty && key.utf8.count <= 64 && key.utf8.allSatisfy(isNameByte)
        return isName ? key : DisplayText.quoted(DisplayText.line(key, bytes: 64))
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x5F, 0x61...0x7A: true
        default: false
        }
    }
}
