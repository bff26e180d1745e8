/// Why a member isn't what was asked for; its description can go to the client as it is.
public struct JSONAccessError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The JSON Pointer (RFC 6901) of the value.
    public let pointer: String
    /// What would be right, as "a string".
    public let expected: String
    /// What is there, as "a number"; "nothing" if the member is missing.
    public let found: String

    /// As "/params/name must be a string, not a number" or "/params/name is missing".
    public var description: String {
        let subject = pointer.isEmpty ? "The document" : pointer
        return found == Self.nothing ? "\(subject) is missing" : "\(subject) must be \(expected), not \(found)"
    }

    static let nothing = "nothing"
}

extension JSONValue {
    /// The member with this key.
    public func require(_ key: String) throws(JSONAccessError) -> JSONValue {
        try requireMember(key, "a value")
    }

    /// The text of the member with this key.
    public func requireString(_ key: String) throws(JSONAccessError) -> String {
        let member = try requireMember(key, "a string")
        guard let string = member.string else {
            throw member.mismatch("a string")
        }
        return string
    }

    /// The integer of the member with this key; 5.0 and 5e2 are integers too (see `integral`).
    public func requireInteger(_ key: String) throws(JSONAccessError) -> Int64 {
        let member = try requireMember(key, "an integer")
        guard let integer = member.integral else {
            throw member.mismatch("an integer")
        }
        return integer
    }

    /// The truth value of the member with this key.
    public func requireBoolean(_ key: String) throws(JSONAccessError) -> Bool {
        let member = try requireMember(key, "a boolean")
        guard let boolean = member.boolean else {
            throw member.mismatch("a boolean")
        }
        return boolean
    }

    /// The member with this key, which is an object.
    public func requireObject(_ key: String) throws(JSONAccessError) -> JSONValue {
        let member = try requireMember(key, "an object")
        guard member.kind == .object else {
            throw member.mismatch("an object")
        }
        return member
    }

    /// The member with this key, which is an array.
    public func requireArray(_ key: String) throws(JSONAccessError) -> JSONValue {
        let member = try requireMember(key, "an array")
        guard member.kind == .array else {
            throw member.mismatch("an array")
        }
        return member
    }

    /// The text of the member with this key; nil if it is absent or null.
    public func optionalString(_ key: String) throws(JSONAccessError) -> String? {
        try present(key) { value throws(JSONAccessError) in try value.requireString(key) }
    }

    /// The integer of the member with this key; nil if it is absent or null.
    public func optionalInteger(_ key: String) throws(JSONAccessError) -> Int64? {
        try present(key) { value throws(JSONAccessError) in try value.requireInteger(key) }
    }

    /// The truth value of the member with this key; nil if it is absent or null.
    public func optionalBoolean(_ key: String) throws(JSONAccessError) -> Bool? {
        try present(key) { value throws(JSONAccessError) in try value.requireBoolean(key) }
    }

    /// The member with this key, which is an object; nil if it is absent or null.
    public func optionalObject(_ key: String) throws(JSONAccessError) -> JSONValue? {
        try present(key) { value throws(JSONAccessError) in try value.requireObject(key) }
    }

    /// The member with this key, which is an array; nil if it is absent or null.
    public func optionalArray(_ key: String) throws(JSONAccessError) -> JSONValue? {
        try present(key) { value throws(JSONAccessError) in try value.requireArray(key) }
    }

    private func requireMember(_ key: String, _ expected: String) throws(JSONAccessError) -> JSONValue {
        guard kind == .object else {
            throw mismatch("an object")
        }
        guard let member = self[key] else {
            var path = Array(pointer.utf8)
            JSONPath.append(name: key.utf8, to: &path)
            throw JSONAccessError(pointer: String(decoding: path, as: UTF8.self), expected: expected, found: JSONAccessError.nothing)
        }
        return member
    }

    /// What `read` makes of this object, or nil if the member is absent or null.
    ///
    /// It isn't written as `… ? … : nil`, because there nil would be a `JSONValue`: `null`.
    private func present<Result>(
        _ key: String,
        _ read: (JSONValue) throws(JSONAccessError) -> Result
    ) throws(JSONAccessError) -> Result? {
        guard kind == .object else {
            throw mismatch("an object")
        }
        guard let member = self[key], !member.isNull else {
            return nil
        }
        return try read(self)
    }

    /// The error that this value isn't what was asked for.
    private func mismatch(_ expected: String) -> JSONAccessError {
        let found =
            switch kind {
            case .null: "null"
            case .boolean: "a boolean"
            case .number: expected == "an integer" ? "another number" : "a number"
            case .string: "a string"
            case .array: "an array"
            case .object: "an object"
            }
        return JSONAccessError(pointer: pointer, expected: expected, found: found)
    }
}
