/// The fields that decide who asks and for what: each may come once, as one value, spelt as it is (T-5, T-6).
///
/// Proxies and servers disagree about what two of them mean, and about names with an underscore where a hyphen belongs. `Host`,
/// `Content-Length` and `Transfer-Encoding` are the parser's, those of MCP the protocol's.
enum SingleFields {
    /// - Throws: 400.
    static func check(_ head: RequestHead) throws(Problem) {
        for (index, field) in head.fields.enumerated() {
            let name = head.bytes[field.name.range]
            guard let kind = Kind(name) else { continue }
            // Refused even once.
            guard !name.contains(UInt8(ascii: "_")) else { throw .duplicateHeader(head.text(field.name)) }
            for later in head.fields[(index + 1)...] where Kind.isSame(name, head.bytes[later.name.range]) {
                throw .duplicateHeader(head.text(later.name))
            }
            // As some join two of them.
            if kind == .value, head.bytes[field.value.range].contains(UInt8(ascii: ",")) {
                throw .duplicateHeader(head.text(field.name))
            }
        }
    }

    private enum Kind {
        /// Its value has no comma.
        case value
        /// Its value may have commas: a list, or a text.
        case text

        /// Nil for all other fields.
        init?(_ name: ArraySlice<UInt8>) {
            switch name.first {
            case UInt8(ascii: "x"), UInt8(ascii: "X"):
                if Kind.begins(name, "x-tb-") {
                    self = Kind.isSame(name, "x-tb-signature") ? .text : .value
                } else if Kind.begins(name, "x-sync-") {
                    self = .value
                } else if Kind.isSame(name, "x-debug-sub") {
                    self = .text
                } else {
                    return nil
                }
            case UInt8(ascii: "a"), UInt8(ascii: "A"):
                guard Kind.isSame(name, "authorization") else { return nil }
                self = .value
            case UInt8(ascii: "i"), UInt8(ascii: "I"):
                guard Kind.isSame(name, "if-match") || Kind.isSame(name, "idempotency-key") else { return nil }
                self = .text
            default: return nil
            }
        }

        static func isSame(_ left: ArraySlice<UInt8>, _ right: ArraySlice<UInt8>) -> Bool {
            left.count == right.count && zip(left, right).allSatisfy { $0.folded == $1.folded }
        }

        private static func isSame(_ name: ArraySlice<UInt8>, _ folded: StaticString) -> Bool {
            name.count == folded.utf8CodeUnitCount && begins(name, folded)
        }

        private static func begins(_ name: ArraySlice<UInt8>, _ folded: StaticString) -> Bool {
            guard name.count >= folded.utf8CodeUnitCount else { return false }
            return folded.withUTF8Buffer { folded in zip(name, folded).allSatisfy { $0.folded == $1 } }
        }
    }
}

extension UInt8 {
    /// This byte of a field's name as all spellings of it have it.
    fileprivate var folded: UInt8 { self == UInt8(ascii: "_") ? UInt8(ascii: "-") : asciiLowercased }
}
