import JSON

/// What of the protocol a server has: nothing else is advertised, and nothing else answered (B19).
struct Offer: OptionSet, Sendable {
    let rawValue: UInt16

    static let tools = Offer(rawValue: 1 << 0)
    static let resources = Offer(rawValue: 1 << 1)
    static let prompts = Offer(rawValue: 1 << 2)
    static let completions = Offer(rawValue: 1 << 3)
    static let logging = Offer(rawValue: 1 << 4)
    /// Lists that change while the server runs (T14, RS1, P1).
    static let toolChanges = Offer(rawValue: 1 << 5)
    static let promptChanges = Offer(rawValue: 1 << 6)
    static let resourceChanges = Offer(rawValue: 1 << 7)
    /// Notices when a resource changes (RS1).
    static let subscriptions = Offer(rawValue: 1 << 8)
    /// Tools that may become tasks, and a place to keep these (TK1).
    static let tasks = Offer(rawValue: 1 << 10)

    /// Writes the member `capabilities` (T1, RS1, P1, C1).
    func writeCapabilities(to writer: inout JSONWriter, for revision: Revision) {
        writer.key("capabilities")
        writer.object { writer in
            if contains(.tools) { write("tools", listChanged: .toolChanges, to: &writer) }
            if contains(.resources) {
                writer.key("resources")
                writer.object { writer in
                    if contains(.subscriptions) { writer.member("subscribe", true) }
                    if contains(.resourceChanges) { writer.member("listChanged", true) }
                }
            }
            if contains(.prompts) { write("prompts", listChanged: .promptChanges, to: &writer) }
            if contains(.completions), revision.hasCompletionFlag { writer.member("completions", raw: Offer.empty) }
            if contains(.logging) { writer.member("logging", raw: Offer.empty) }
            writeExtensions(to: &writer, for: revision)
        }
    }

    private func write(_ name: StaticString, listChanged flag: Offer, to writer: inout JSONWriter) {
        writer.key(name)
        writer.object { writer in
            if contains(flag) { writer.member("listChanged", true) }
        }
    }

    private static let empty = Array("{}".utf8)
}
