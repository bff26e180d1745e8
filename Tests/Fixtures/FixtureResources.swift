import MCP

/// What can be read.
enum FixtureResources {
    static let watched = "test://watched-resource"
    static let card = "ui://fixtures/card"

    static func all(_ fixtures: Fixtures) -> [Resource<Void>] {
        [text, binary, watched(fixtures), page]
    }

    /// Whatever a client reads may be another thing a moment later.
    private static let caching = CachingHints(milliseconds: 0, scope: .shared)

    private static let text = Resource<Void>(
        "test://static-text",
        name: "static-text",
        title: "Static text",
        description: "A text that never changes.",
        mimeType: "text/plain",
        caching: caching
    ) { _ in
        .text("This is the content of the static text resource.")
    }

    private static let binary = Resource<Void>(
        "test://static-binary",
        name: "static-binary",
        title: "Static image",
        description: "An image that never changes.",
        mimeType: "image/png",
        caching: caching
    ) { _ in
        .blob(Samples.png)
    }

    private static func watched(_ fixtures: Fixtures) -> Resource<Void> {
        Resource(
            watched,
            name: "watched-resource",
            title: "Watched resource",
            description: "A text that test_touch_resource changes.",
            mimeType: "text/plain",
            caching: caching
        ) { _ in
            .text("Watched resource, version \(fixtures.version)")
        }
    }

    private static let page = Resource<Void>(
        card,
        name: "card",
        title: "Card",
        description: "Shows what test_ui gives.",
        mimeType: ToolUI.pageType,
        caching: caching
    ) { _ in
        .page(#"<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Card</title></head><body><h1>Card</h1></body></html>"#)
    }

    static let template = ResourceTemplate<Void>(
        "test://template/{id}/data",
        name: "template",
        title: "Data by id",
        description: "Data for any id.",
        mimeType: "application/json",
        caching: caching,
        .string("id", "Any text without a slash.", completing: .among(["1", "12", "123"]))
    ) { _, id in
        .text(#"{"id":\#(quoted(id)),"templateTest":true,"data":\#(quoted("Data for ID: \(id)"))}"#)
    }
}
