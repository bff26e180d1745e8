import JSON

/// What of the protocol a server has: nothing else is advertised, and nothing else answered (B19).
struct Offer: OptionSet, Sendable {
    let rawValue: UInt8

    static let tools = Offer(rawValue: 1 << 0)
    static let resources = Offer(rawValue: 1 << 1)
    static let prompts = Offer(rawValue: 1 << 2)
    static let completions = Offer(rawValue: 1 << 3)

    /// Writes the member `capabilities` (T1, RS1, P1, C1).
    func writeCapabilities(to writer: inout JSONWriter, for revision: Revision) {
        writer.key("capabilities")
        writer.object { writer in
            if contains(.tools) { writer.member("tools", raw: Offer.empty) }
            if contains(.resources) { writer.member("resources", raw: Offer.empty) }
            if contains(.prompts) { writer.member("prompts", raw: Offer.empty) }
            if contains(.completions), revision.hasCompletionFlag { writer.member("completions", raw: Offer.empty) }
            writeExtensions(to: &writer, for: revision)
        }
    }

    private static let empty = Array("{}".utf8)
}
