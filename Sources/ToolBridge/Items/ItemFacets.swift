package import JSON

/// What of a payload lists can be filtered by.
///
/// Read in one place, so that every store filters alike.
package struct ItemFacets: Sendable {
    /// A longer text, in bytes of UTF-8, can't be filtered by.
    package static let textBytes = 256
    package static let maximumTags = 64

    /// The payload's `status`, if it is a text.
    package let status: String?
    /// The first different texts in the payload's `tags`, if that is an array.
    package let tags: [String]

    /// - Parameter object: The payload.
    package init(reading object: JSONValue) {
        status = object["status"]?.facet
        var tags: [String] = []
        var seen: Set<[UInt8]> = []
        if let elements = object["tags"]?.elements {
            for element in elements {
                guard let tag = element.facet, seen.insert(Array(tag.utf8)).inserted else { continue }
                tags.append(tag)
                if tags.count == Self.maximumTags { break }
            }
        }
        self.tags = tags
    }

    /// The same, from a payload's bytes; none of what can't be read.
    package init(parsing payload: [UInt8]) {
        let object = try? JSONValue.parse(tolerating: payload, limits: .stored).value
        self.init(reading: object ?? JSONValue.noMembers)
    }
}

extension ItemFacets: Equatable {
    /// Compared as bytes: two spellings of `é` are two tags.
    package static func == (left: ItemFacets, right: ItemFacets) -> Bool {
        left.bytes.elementsEqual(right.bytes)
    }

    private var bytes: [[UInt8]?] { [status.map { Array($0.utf8) }] + tags.map { Array($0.utf8) } }
}

extension JSONValue {
    fileprivate static let noMembers: JSONValue = [:]

    /// A text that isn't too long to be filtered by.
    fileprivate var facet: String? {
        guard let string, string.utf8.count <= ItemFacets.textBytes else { return nil }
        return string
    }
}
