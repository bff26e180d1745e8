package import ToolBridge

/// The address of an item as a resource: `toolbridge://notes/c1d9b7dc-a1b2-4c3d-9e8f-7a6b5c4d3e2f`, with `.json` for the item as tools give it (RS4, RS5).
///
/// Read strictly, but with the kind and the uid in any spelling; written in one.
package struct ItemAddress: Sendable, Hashable {
    /// What stands at it.
    package enum Form: String, Sendable, CaseIterable {
        /// For reading.
        case markdown = ""
        /// Byte for byte.
        case json = ".json"

        /// What a template's address ends with.
        var suffix: String { rawValue }
    }

    package let reference: ItemReference
    package let form: Form

    package init(_ reference: ItemReference, _ form: Form = .markdown) {
        self.reference = reference
        self.form = form
    }

    /// Reads an address; anything else is `nil`.
    package init?(_ text: String) {
        let bytes = text.utf8
        guard bytes.count <= Self.longest, bytes.starts(with: ItemReference.scheme.utf8) else { return nil }
        var rest = bytes.dropFirst(ItemReference.scheme.utf8.count)
        var form = Form.markdown
        if rest.suffix(Form.json.suffix.utf8.count).elementsEqual(Form.json.suffix.utf8) {
            form = .json
            rest = rest.dropLast(Form.json.suffix.utf8.count)
        }
        let segments = rest.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        guard segments.count == 2, let kind = Self.decoded(segments[0]).flatMap({ ItemKind(named: $0) }),
            let uid = Self.decoded(segments[1]).flatMap({ UID($0) })
        else { return nil }
        self.init(ItemReference(kind, uid), form)
    }

    /// As it is written.
    package var text: String { reference.uri + form.suffix }

    /// In bytes: each letter of the longest kind and uid may be written as an escape.
    private static let longest = 320

    /// One decoding, as reading by the template does it (RS9); `nil` for what can't stand in a segment of ours.
    private static func decoded(_ segment: Substring.UTF8View.SubSequence) -> String? {
        var bytes: [UInt8] = []
        var rest = segment[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard let high = rest.popFirst()?.hexValue, let low = rest.popFirst()?.hexValue else { return nil }
            bytes.append(high << 4 | low)
        }
        return String(validating: bytes, as: UTF8.self)
    }
}

extension UInt8 {
    fileprivate var hexValue: UInt8? {
        switch self {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): self - UInt8(ascii: "0")
        case UInt8(ascii: "A")...UInt8(ascii: "F"): self - UInt8(ascii: "A") + 10
        case UInt8(ascii: "a")...UInt8(ascii: "f"): self - UInt8(ascii: "a") + 10
        default: nil
        }
    }
}
