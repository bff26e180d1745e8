// Values of the program and literals, for schemas, small answers and tests. They go through the writer, so a value made here is like one that was received.

extension JSONValue {
    /// Makes a value of what is written; more than `Int32.max` bytes, which no literal has, would become null.
    private init(writing body: (inout JSONWriter) -> Void) {
        var writer = JSONWriter(reserving: 64)
        body(&writer)
        do throws(JSONError) {
            self = try Self.parse(tolerating: writer.bytes, limits: .none).value
        } catch {
            self.init(document: .null, index: 0)
        }
    }
}

extension JSONValue {
    /// The value `null`.
    ///
    /// There is no literal for it: `condition ? value : nil` would be `null` and not an absent value.
    public static let null = JSONValue(document: .null, index: 0)
}

extension JSONValue {
    /// A string.
    public init(_ text: String) {
        self.init { $0.string(text) }
    }

    /// A number without fraction.
    public init(_ number: some FixedWidthInteger) {
        self.init { $0.integer(number) }
    }

    /// A number; not finite becomes null, for which JSON has no digits.
    public init(_ number: Double) {
        self.init { $0.double(number) }
    }

    /// `true` or `false`.
    public init(_ value: Bool) {
        self.init { $0.boolean(value) }
    }
}

extension JSONValue: ExpressibleByBooleanLiteral {
    /// Makes `true` or `false`.
    public init(booleanLiteral value: Bool) {
        self.init { $0.boolean(value) }
    }
}

extension JSONValue: ExpressibleByIntegerLiteral {
    /// Makes a number without fraction.
    public init(integerLiteral value: Int64) {
        self.init { $0.integer(value) }
    }
}

extension JSONValue: ExpressibleByFloatLiteral {
    /// Makes a number; not finite becomes null.
    public init(floatLiteral value: Double) {
        self.init { $0.double(value) }
    }
}

extension JSONValue: ExpressibleByStringLiteral {
    /// Makes a string.
    public init(stringLiteral value: String) {
        self.init { $0.string(value) }
    }
}

extension JSONValue: ExpressibleByArrayLiteral {
    /// Makes an array.
    public init(arrayLiteral elements: JSONValue...) {
        self.init { writer in
            writer.array { writer in
                for element in elements {
                    writer.value(element)
                }
            }
        }
    }
}

extension JSONValue: ExpressibleByDictionaryLiteral {
    /// Makes an object with its members as they are written.
    public init(dictionaryLiteral elements: (String, JSONValue)...) {
        self.init { writer in
            writer.object { writer in
                for (key, value) in elements {
                    writer.key(escaping: key)
                    writer.value(value)
                }
            }
        }
    }
}
