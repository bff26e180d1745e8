public import JSON

/// What reading a resource gives.
public struct ResourceContents: Sendable, Equatable {
    /// One part of it; without an address it is the one that was read, without a type the declared one.
    struct Part: Sendable, Equatable {
        let uri: String?
        let mimeType: String?
        let body: EmbeddedResource.Body
        var meta: JSONValue?
        /// What a page asks of its host (UI4).
        var ui: PageSettings?
    }

    let parts: [Part]

    /// A text.
    ///
    /// - Parameters:
    ///   - mimeType: By default the one declared.
    ///   - meta: Members of `_meta`, each with a prefix of its own (B15); clients before 2025-06-18 don't get them.
    public static func text(_ text: String, mimeType: String? = nil, meta: JSONValue? = nil) -> ResourceContents {
        ResourceContents(parts: [Part(uri: nil, mimeType: mimeType, body: .text(text), meta: meta)])
    }

    /// Raw bytes, sent as base64.
    ///
    /// - Parameters:
    ///   - mimeType: By default the one declared.
    ///   - meta: Members of `_meta`, each with a prefix of its own (B15); clients before 2025-06-18 don't get them.
    public static func blob(_ bytes: [UInt8], mimeType: String? = nil, meta: JSONValue? = nil) -> ResourceContents {
        ResourceContents(parts: [Part(uri: nil, mimeType: mimeType, body: .blob(bytes), meta: meta)])
    }

    /// Several, each with its own address: a folder with its files, for example.
    ///
    /// None count as an unknown resource (RS3).
    public static func parts(_ parts: [EmbeddedResource]) -> ResourceContents {
        ResourceContents(parts: parts.map { Part(uri: $0.uri, mimeType: $0.mimeType, body: $0.body) })
    }
}
