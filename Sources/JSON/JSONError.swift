/// Why bytes are not acceptable JSON, and where.
public struct JSONError: Error, Equatable, Sendable, CustomStringConvertible {
    /// What is wrong.
    public enum Reason: String, Sendable, CaseIterable {
        /// There is no value at all.
        case empty
        /// The text ends inside a value.
        case unexpectedEnd
        /// A byte that can't stand here.
        case unexpectedByte
        /// A number with a leading zero, or without a digit where one is due.
        case invalidNumber
        /// A backslash with something else than RFC 8259, § 7 allows.
        case invalidEscape
        /// A byte below U+0020 inside a string, unescaped.
        case controlCharacter
        /// Bytes that are not UTF-8: overlong, a surrogate, above U+10FFFF, or cut off.
        case invalidUTF8
        /// Something follows the value.
        case trailingBytes
        /// Deeper than `JSONLimits.maximumDepth`.
        case nestedTooDeep
        /// Longer than `JSONLimits.bytes`.
        case tooLong

        /// An object has the same key twice, compared as unescaped bytes.
        case duplicateKey
        /// A string or key holds U+0000.
        case nul
        /// A string or key holds half of a surrogate pair.
        case loneSurrogate
        /// Deeper than `JSONLimits.depth`.
        case tooDeep
        /// More values than `JSONLimits.values`.
        case tooManyValues
    }

    /// What is wrong.
    public let reason: Reason
    /// Where, as an offset in bytes from the start of the input.
    public let position: Int
    /// The JSON Pointer (RFC 6901) of the value in which, or after which, the fault stands; "" is the root.
    ///
    /// For `duplicateKey` it names the second member; for a fault inside any other key, the object.
    public let path: String

    /// Makes an error, for whoever finds one of these faults elsewhere.
    public init(reason: Reason, position: Int, path: String) {
        self.reason = reason
        self.position = position
        self.path = path
    }

    /// Whether the bytes are no JSON at all; otherwise they are JSON by the grammar, but not taken.
    public var isSyntax: Bool {
        reason.isSyntax
    }

    /// Reason, position and path in one line, without any of the input but its keys.
    public var description: String {
        path.isEmpty ? "\(reason.rawValue) at byte \(position)" : "\(reason.rawValue) at byte \(position), in \(path)"
    }
}

extension JSONError {
    /// Makes the public error of a fault; only now the path is looked for.
    init(_ fault: JSONFault, in input: Span<UInt8>) {
        self.init(reason: fault.reason, position: fault.position, path: JSONPath.pointer(in: input, to: fault))
    }
}

extension JSONError.Reason {
    /// Whether a text with this fault is no JSON at all.
    var isSyntax: Bool {
        switch self {
        case .duplicateKey, .nul, .loneSurrogate, .tooDeep, .tooManyValues: false
        default: true
        }
    }
}

/// A fault while scanning: two words, so that throwing costs nothing where nothing is thrown.
struct JSONFault: Error {
    let reason: JSONError.Reason
    let position: Int

    init(_ reason: JSONError.Reason, at position: Int) {
        self.reason = reason
        self.position = position
    }
}
