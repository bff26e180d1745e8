import JSON

extension Offer {
    /// Some tool has a page.
    static let apps = Offer(rawValue: 1 << 9)

    /// Writes the member `extensions` of the capabilities, in both eras (UI1, V9, KI18).
    func writeExtensions(to writer: inout JSONWriter, for revision: Revision) {
        guard contains(.apps) else { return }
        writer.key("extensions")
        writer.object { writer in
            writer.key("io.modelcontextprotocol/ui")
            writer.object { _ in }
        }
    }
}
