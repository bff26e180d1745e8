/// One piece of what a model reads (T11).
public enum ContentBlock: Sendable, Equatable {
    case text(String)
    /// Raw bytes, sent as base64.
    case image([UInt8], mimeType: String)
    /// Raw bytes, sent as base64; clients of 2024-11-05 get a text that names it.
    case audio([UInt8], mimeType: String)
    /// A link; clients before 2025-06-18 get its name and address as text.
    case resourceLink(ResourceLink)
    case resource(EmbeddedResource)
    /// Any of the others, with hints for whom it is and how much it matters (A3).
    indirect case annotated(ContentBlock, Annotations)
}

/// A resource inside a result.
public struct EmbeddedResource: Sendable, Equatable {
    public enum Body: Sendable, Equatable {
        case text(String)
        /// Raw bytes, sent as base64.
        case blob([UInt8])
    }

    public let uri: String
    public let mimeType: String?
    public let body: Body

    public init(uri: String, mimeType: String? = nil, _ body: Body) {
        self.uri = uri
        self.mimeType = mimeType
        self.body = body
    }
}
