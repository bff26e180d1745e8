// A key and its value in one call; an absent value is written as null.

extension JSONWriter {
    /// Writes a member with a string.
    public mutating func member(_ name: StaticString, _ value: String) {
        key(name)
        string(value)
    }

    /// Writes a member with an integer.
    public mutating func member(_ name: StaticString, _ value: some FixedWidthInteger) {
        key(name)
        integer(value)
    }

    /// Writes a member with `true` or `false`.
    public mutating func member(_ name: StaticString, _ value: Bool) {
        key(name)
        boolean(value)
    }

    /// Writes a member with a double; not finite becomes null.
    public mutating func member(_ name: StaticString, _ value: Double) {
        key(name)
        double(value)
    }

    /// Writes a member with a copy of a value's bytes.
    public mutating func member(_ name: StaticString, _ value: JSONValue) {
        key(name)
        self.value(value)
    }

    /// Writes a member with one complete JSON value, verbatim.
    public mutating func member(_ name: StaticString, raw value: some Collection<UInt8>) {
        key(name)
        raw(value)
    }

    /// Writes a member with a string or null.
    public mutating func member(_ name: StaticString, _ value: String?) {
        key(name)
        value.map { string($0) } ?? null()
    }

    /// Writes a member with an integer or null.
    public mutating func member<Integer: FixedWidthInteger>(_ name: StaticString, _ value: Integer?) {
        key(name)
        value.map { integer($0) } ?? null()
    }

    /// Writes a member with `true`, `false` or null.
    public mutating func member(_ name: StaticString, _ value: Bool?) {
        key(name)
        value.map { boolean($0) } ?? null()
    }

    /// Writes a member with a double or null.
    public mutating func member(_ name: StaticString, _ value: Double?) {
        key(name)
        value.map { double($0) } ?? null()
    }

    /// Writes a member with a copy of a value's bytes or null.
    public mutating func member(_ name: StaticString, _ value: JSONValue?) {
        key(name)
        value.map { self.value($0) } ?? null()
    }
}

// The same with a key that is known only at run time.

extension JSONWriter {
    /// Writes a member with a string or null.
    public mutating func member(escaping name: String, _ value: String?) {
        key(escaping: name)
        value.map { string($0) } ?? null()
    }

    /// Writes a member with an integer or null.
    public mutating func member<Integer: FixedWidthInteger>(escaping name: String, _ value: Integer?) {
        key(escaping: name)
        value.map { integer($0) } ?? null()
    }

    /// Writes a member with `true`, `false` or null.
    public mutating func member(escaping name: String, _ value: Bool?) {
        key(escaping: name)
        value.map { boolean($0) } ?? null()
    }

    /// Writes a member with a double or null; not finite becomes null.
    public mutating func member(escaping name: String, _ value: Double?) {
        key(escaping: name)
        value.map { double($0) } ?? null()
    }

    /// Writes a member with a copy of a value's bytes or null.
    public mutating func member(escaping name: String, _ value: JSONValue?) {
        key(escaping: name)
        value.map { self.value($0) } ?? null()
    }

    /// Writes a member with one complete JSON value, verbatim.
    public mutating func member(escaping name: String, raw value: some Collection<UInt8>) {
        key(escaping: name)
        raw(value)
    }
}
