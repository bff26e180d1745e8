/// A URI with variables, `notes://{uid}` (RFC 6570, level 1; RS9).
struct URITemplate: Sendable, Equatable {
    /// In the order in which they stand in it.
    let variables: [String]
    /// What stands before, between and after the variables: one more than there are variables.
    private let literals: [[UInt8]]

    private static let maximumVariables = 32

    /// - Throws: `DefinitionError`, the end of a sentence that begins "its template".
    init(_ text: String) throws(DefinitionError) {
        var (literals, variables): ([[UInt8]], [String]) = ([[]], [])
        var name: [UInt8]?
        for byte in text.utf8 {
            switch (byte, name) {
            case (UInt8(ascii: "{"), nil): name = []
            case (UInt8(ascii: "}"), let letters?):
                guard !letters.isEmpty, letters.allSatisfy(URITemplate.isNameByte) else {
                    throw DefinitionError("has a variable that is not plain letters, digits and _ (level 1 of RFC 6570)")
                }
                let variable = String(decoding: letters, as: UTF8.self)
                guard !variables.contains(where: { $0.sameBytes(variable) }) else { throw DefinitionError("has \(variable) twice") }
                guard variables.isEmpty || literals.last?.isEmpty == false else {
                    throw DefinitionError("has two variables with nothing between them")
                }
                variables.append(variable)
                literals.append([])
                name = nil
            case (UInt8(ascii: "{"), _), (UInt8(ascii: "}"), nil): throw DefinitionError("has a brace too many")
            case (_, nil): literals[literals.count - 1].append(byte)
            case (_, let letters?): name = letters + [byte]
            }
        }
        guard name == nil else { throw DefinitionError("has a brace too many") }
        guard (1...URITemplate.maximumVariables).contains(variables.count) else {
            throw DefinitionError("needs 1 to \(URITemplate.maximumVariables) variables")
        }
        guard literals[0].contains(UInt8(ascii: ":")),
            URIText.isURI(String(decoding: Array(literals.joined(separator: [0x78])), as: UTF8.self))
        else { throw DefinitionError("must be a URI with a scheme before its first variable") }
        self.literals = literals
        self.variables = variables
    }

    /// The values with which the template expands to this URI, decoded once; nil if there are none.
    ///
    /// Each literal is taken where it first occurs after the one before, the last one at the end. That finds values whenever there
    /// are any: whatever a variable may not hold can stand only in literals, so another choice moves none of it out of a variable.
    func match(_ uri: String) -> [String]? {
        let bytes = Array(uri.utf8)
        guard let first = literals.first, let last = literals.last, bytes.starts(with: first) else { return nil }
        let end = bytes.count - last.count
        guard end > first.count, bytes[end...].elementsEqual(last) else { return nil }
        var (values, start): ([String], Int) = ([], first.count)
        for literal in literals.dropFirst().dropLast() {
            guard let place = URITemplate.place(of: literal, in: bytes[start..<end]),
                let value = URIText.decodedSegment(bytes[start..<place])
            else { return nil }
            values.append(value)
            start = place + literal.count
        }
        guard start < end, let value = URIText.decodedSegment(bytes[start..<end]) else { return nil }
        return values + [value]
    }

    /// Where the literal stands after at least one letter, and not inside of an escape.
    private static func place(of literal: [UInt8], in bytes: ArraySlice<UInt8>) -> Int? {
        var index = bytes.startIndex
        while index < bytes.endIndex {
            if index > bytes.startIndex, bytes[index...].starts(with: literal) { return index }
            index += URIText.isEscape(bytes[index...]) ? 3 : 1
        }
        return nil
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) || byte == UInt8(ascii: "_")
    }
}
