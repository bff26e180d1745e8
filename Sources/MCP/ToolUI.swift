import JSON

/// How a tool appears in hosts that show pages (MCP Apps, UI2).
public struct ToolUI: Sendable, Equatable {
    /// Who may call a tool; hosts see to it, and we authorize such a call like any other.
    public enum Visibility: String, Sendable, CaseIterable {
        case model, app
    }

    /// The type of a page, written exactly so (UI3).
    public static let pageType = "text/html;profile=mcp-app"

    /// The address of the page that shows the tool's results, `ui://…`, a declared resource; nil for a tool that pages call and that has none.
    public let page: String?
    /// Who may call the tool; a tool for apps alone is listed only to clients with pages (K7).
    public let visibility: Set<Visibility>

    /// - Parameters:
    ///   - page: `ui://…`, a resource of the same server.
    ///   - visibility: By default both; not empty.
    public init(page: String? = nil, visibility: Set<Visibility> = [.model, .app]) {
        self.page = page
        self.visibility = visibility
    }

    /// Whether models never see the tool.
    var isForAppsOnly: Bool { visibility == [.app] }

    /// Writes the value of `_meta.ui`.
    func write(to writer: inout JSONWriter) {
        writer.object { writer in
            if let page { writer.member("resourceUri", page) }
            guard visibility.count < Visibility.allCases.count else { return }
            writer.key("visibility")
            writer.array { writer in
                for one in Visibility.allCases where visibility.contains(one) { writer.string(one.rawValue) }
            }
        }
    }

    /// - Parameter pages: The addresses of the declared pages, whose types are checked with them (UI3).
    func check(_ shown: String, pages: [String]) throws(DefinitionError) {
        guard !visibility.isEmpty else { throw DefinitionError("\(shown): its ui is visible to nobody") }
        guard let page else { return }
        guard page.isPageAddress else { throw DefinitionError("\(shown): its page \(page) is no ui:// address") }
        guard pages.contains(where: { $0.sameBytes(page) }) else {
            throw DefinitionError("\(shown): its page \(page) is no declared resource")
        }
    }
}

extension String {
    /// Whether it is the address of a page (UI2).
    var isPageAddress: Bool { utf8.starts(with: "ui://".utf8) && utf8.count > 5 }
}
