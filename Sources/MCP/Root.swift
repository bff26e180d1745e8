import JSON

/// A folder or file in which the client works.
public struct Root: Sendable, Equatable {
    /// Mostly `file://`; what it names lies with the client, not with us.
    public let uri: String
    public let name: String?

    public init(uri: String, name: String? = nil) {
        self.uri = uri
        self.name = name
    }
}

extension [Root] {
    /// Reads a `ListRootsResult`.
    init(_ response: JSONValue) throws(UnfitAnswer) {
        guard response.kind == .object else { throw .malformed("an answer must be an object") }
        guard let roots = response["roots"] else { throw .incomplete("roots is missing") }
        guard roots.kind == .array else { throw .malformed("roots must be an array") }
        var read: [Root] = []
        for root in roots.elements {
            guard let uri = root["uri"]?.string else { throw .malformed("a root needs uri, a string") }
            let name = root["name"]
            guard name == nil || name?.kind == .string else { throw .malformed("name of a root must be a string") }
            read.append(Root(uri: uri, name: name?.string))
        }
        self = read
    }
}
