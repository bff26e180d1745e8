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
}

/// A pointer to something that the client can read by its address.
public struct ResourceLink: Sendable, Equatable {
    public let uri: String
    public let name: String
    public let title: String?
    public let description: String?
    public let mimeType: String?

    public init(uri: String, name: String, title: String? = nil, description: String? = nil, mimeType: String? = nil) {
        self.uri = uri
        self.name = name
        self.title = title
        self.description = description
        self.mimeType = mimeType
    }
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
