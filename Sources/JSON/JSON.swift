/// JSON over bytes: checked once, kept as it came, written without detours (RFC 8259).
///
/// `check` only judges, `JSONValue` also finds its way through a text, and `JSONWriter` makes one. All three work on UTF-8 bytes; nothing
/// recurses on the depth of what was received and nothing goes through Foundation.
public enum JSON {
    /// Checks one JSON text without building values.
    ///
    /// - Throws: `JSONError`; the first syntax error if there is one, otherwise the first content fault.
    public static func check(_ bytes: [UInt8], limits: JSONLimits = .standard) throws(JSONError) {
        try check(bytes.span, limits: limits)
    }

    /// Checks one JSON text that is part of a longer buffer; positions in errors count from the slice's start.
    public static func check(_ bytes: ArraySlice<UInt8>, limits: JSONLimits = .standard) throws(JSONError) {
        try check(bytes.span, limits: limits)
    }

    /// Checks one JSON text and lets pass what is wrong with the text of its strings: U+0000 and halves of surrogate pairs.
    ///
    /// Keys are compared as if each half were U+FFFD.
    /// - Throws: `JSONError`; the first syntax error if there is one, otherwise the first key that is there twice, or value beyond the limits.
    package static func checkStructure(_ bytes: [UInt8], limits: JSONLimits = .standard) throws(JSONError) {
        try check(bytes.span, limits: limits, ignoringText: true)
    }

    private static func check(_ input: Span<UInt8>, limits: JSONLimits, ignoringText: Bool = false) throws(JSONError) {
        var scanner = JSONScanner(limits: limits, keeping: .nothing)
        scanner.ignoresText = ignoringText
        let fault: JSONFault?
        do throws(JSONFault) {
            try scanner.scan(input)
            fault = scanner.fault
        } catch {
            fault = error
        }
        if let fault {
            throw JSONError(fault, in: input)
        }
    }
}
