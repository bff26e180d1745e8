import JSON

extension Offer {
    /// Some tool has a page.
    static let apps = Offer(rawValue: 1 << 9)

    /// Writes the member `extensions` of the capabilities: pages in both eras (UI1, V9, KI18), tasks only in the modern one (TK1, TK12).
    func writeExtensions(to writer: inout JSONWriter, for revision: Revision) {
        let hasTasks = contains(.tasks) && !revision.isLegacy
        guard contains(.apps) || hasTasks else { return }
        writer.key("extensions")
        writer.object { writer in
            if contains(.apps) {
                writer.key("io.modelcontextprotocol/ui")
                writer.object { _ in }
            }
            if hasTasks {
                writer.key("io.modelcontextprotocol/tasks")
                writer.object { _ in }
            }
        }
    }
}
