extension Resource {
    /// A page for the results of tools: one HTML file, the same for everybody (UI3, UI4, UI6).
    ///
    /// It is read like any resource, but not listed; tools name it in `ToolUI.page`.
    /// - Parameters:
    ///   - uri: `ui://…`.
    ///   - html: A complete HTML5 document. What it shows comes to it by messages, so it holds nothing of a user.
    public static func page(
        _ uri: String,
        name: String,
        title: String? = nil,
        description: String,
        settings: PageSettings = PageSettings(),
        html: String
    ) -> Resource {
        let isDocument = html.drop(while: \.isWhitespace).prefix(14).lowercased() == "<!doctype html"
        var page = Resource(uri, name: name, title: title, description: description, mimeType: ToolUI.pageType, caching: .constant) { _ in
            .page(html, settings)
        }
        if !uri.isPageAddress {
            page.fault = "a page has a ui:// address"
        } else if !isDocument {
            page.fault = "a page is a complete HTML5 document and begins with <!doctype html>"
        }
        return page
    }
}

extension ResourceContents {
    /// A page with what it asks of its host (UI4).
    public static func page(_ html: String, _ settings: PageSettings = PageSettings()) -> ResourceContents {
        ResourceContents(parts: [Part(uri: nil, mimeType: nil, body: .text(html), ui: settings)])
    }
}
